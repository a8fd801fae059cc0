"""What the tests of reglite.registry build their registries and settings from."""

import json
from collections.abc import Iterable
from typing import Any

import httpx

from reglite.credentials.source import Credentials, FixedCredentials
from reglite.inventory.registry_config import RegistryConfig
from reglite.media_types import OCI_INDEX
from reglite.reference import Repository, Tag, compute_digest
from tests.support.clients import Handler, MakeClient

__all__ = ["Handler", "MakeClient"]

URL = "http://registry.test"
APP = Repository("team/app")
V1 = Tag("v1")
EMPTY_INDEX = b'{"schemaVersion":2,"mediaType":"' + OCI_INDEX.encode() + b'","manifests":[]}'
EMPTY_INDEX_DIGEST = compute_digest(EMPTY_INDEX)
PASSWORD = "correct-horse-battery-staple"  # looked for in messages, so nothing else may be in it


def make_config(**settings: Any) -> RegistryConfig:
    """Return the settings of a registry called "here"."""
    return RegistryConfig(
        **{
            "name": "here",
            "url": URL,
            "source": "inventory",
            "pull_host": "registry.test",
            **settings,
        }
    )


def make_credential(
    username: str = "ana", password: str = PASSWORD, identity_token: str | None = None
) -> FixedCredentials:
    """Return a credential source that knows one user."""
    return FixedCredentials(Credentials(username, password, identity_token))


def answer_json(document: Any, status: int = 200, **headers: str) -> httpx.Response:
    """Return a JSON answer; ``Docker_Content_Digest`` stands for the header's dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(document).encode()
    return httpx.Response(
        status, content=body, headers={"Content-Type": "application/json", **named}
    )


def answer_index(**headers: str) -> httpx.Response:
    """Return the empty index as a registry sends it."""
    return httpx.Response(
        200,
        content=EMPTY_INDEX,
        headers={
            "Content-Type": OCI_INDEX,
            "Docker-Content-Digest": EMPTY_INDEX_DIGEST,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )


class Script:
    """Answers requests in turn, the last one for ever, and remembers them."""

    def __init__(self, answers: Iterable[httpx.Response | Exception]) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def methods(self) -> list[str]:
        """The methods of the requests so far."""
        return [request.method for request in self.requests]
