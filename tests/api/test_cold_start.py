import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from reglite.api import cold_start


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()
    BaseModel.model_config.pop("defer_build", None)


def test_lambda_collects_nothing_until_its_first_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")

    cold_start.begin()
    assert not gc.isenabled()
    cold_start.end()

    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000


def test_server_collects_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)
    before = gc.get_freeze_count()

    cold_start.begin()
    cold_start.end()

    assert gc.isenabled()
    assert gc.get_freeze_count() == before
    assert "defer_build" not in BaseModel.model_config


def test_lambda_builds_a_models_schema_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    cold_start.begin()

    class Model(BaseModel):
        size_bytes: int

    assert not Model.__pydantic_complete__
    assert Model.model_validate({"size_bytes": "1"}).size_bytes == 1
    with pytest.raises(ValidationError):
        Model.model_validate({"size_bytes": "one"})


@pytest.mark.parametrize(
    "module", ["functions.health", "reglite.api.catch_all", "reglite.api.unmatched"]
)
def test_handlers_begin_before_fastapi_is_imported(module: str) -> None:
    script = (
        f"import gc, {module}, fastapi.openapi.models as models\n"
        "print(gc.isenabled(), models.OpenAPI.__pydantic_complete__)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False False\n"
