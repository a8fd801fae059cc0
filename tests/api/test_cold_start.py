import gc
from collections.abc import Iterator

import pytest

from reglite.api import cold_start


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


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
