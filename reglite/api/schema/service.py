"""The shapes of answers: what RegLite says of itself and of failures."""

from typing import Any, Literal

from pydantic import Field

from reglite.api.identity.sign_in import SignInWay
from reglite.api.schema.parts import Answer
from reglite.inventory.access_config import Role


class Error(Answer):
    """One failure, with the distribution spec's code or RegLite's own."""

    code: str = Field(examples=["MANIFEST_UNKNOWN"])
    message: str = Field(description="What failed, where, and what to do next.")
    detail: Any = Field(description="More for programs; null where there is none.")


class Errors(Answer):
    """Every error of every status: the distribution spec's own shape."""

    errors: list[Error] = Field(min_length=1)


class Health(Answer):
    """RegLite is alive."""

    status: Literal["ok"]
    service: Literal["reglite"]
    version: str = Field(examples=["0.1.0"])


class Session(Answer):
    """Who the caller is."""

    user: str | None = Field(examples=["ana"])
    role: Role | None = Field(
        description="The highest role that the caller has anywhere, or the one in what was "
        "named; null may read nothing there."
    )
    sign_in: list[SignInWay] = Field(description="The ways to sign in.")
    sign_out_url: str | None = Field(examples=["/oauth2/sign_out"])
