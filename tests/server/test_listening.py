import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from reglite.errors import RegliteError
from reglite.server.listening import (
    PortBusy,
    bind,
    bind_next_free,
    format_address,
    is_loopback,
)


@pytest.fixture
def busy() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_a_port_that_was_asked_for_does_not_move(busy: int) -> None:
    with pytest.raises(PortBusy, match=f"port {busy} is in use.*--port"):
        bind("127.0.0.1", busy)


def test_a_default_port_moves_to_the_next_free_one(busy: int) -> None:
    with closing(bind_next_free("127.0.0.1", busy)) as listening:
        assert busy < listening.getsockname()[1] < busy + 100


def test_a_bound_port_is_listened_on_at_once() -> None:
    with closing(bind("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=10).close()


def test_an_address_of_another_machine_is_refused_with_a_reason() -> None:
    with pytest.raises(RegliteError, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def resolve_as(monkeypatch: pytest.MonkeyPatch, *found: object) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: list(found))


_HERE = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))
_ELSEWHERE = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))
_NO_FAMILY = (12345, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0))


@pytest.mark.parametrize("missing", [_ELSEWHERE, _NO_FAMILY])
def test_a_name_whose_first_address_is_not_there_listens_on_its_next(
    monkeypatch: pytest.MonkeyPatch, missing: object
) -> None:
    resolve_as(monkeypatch, missing, _HERE)
    with closing(bind("localhost", 0)) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_busy_first_address_is_not_evaded_by_another(
    monkeypatch: pytest.MonkeyPatch, busy: int
) -> None:
    taken = (*_HERE[:4], ("127.0.0.1", busy))
    resolve_as(monkeypatch, taken, _HERE)
    with pytest.raises(PortBusy):
        bind("localhost", busy)


def test_a_family_that_is_off_is_an_error_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_as(monkeypatch, _NO_FAMILY)
    with pytest.raises(RegliteError, match="can't listen on ::1"):
        bind("::1", 0)


@pytest.mark.parametrize(
    ("host", "is_local", "shown"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:"),
        ("localhost", True, "http://"),
        ("0.0.0.0", False, "http://127.0.0.1:"),
        ("::1", True, "http://[::1]:"),
    ],
)
def test_where_a_socket_really_listens_decides_what_is_local(
    host: str, is_local: bool, shown: str
) -> None:
    with closing(bind(host, 0)) as listening:
        assert is_loopback(listening) is is_local
        assert format_address(listening).startswith(shown)


@pytest.mark.parametrize(
    ("base_path", "path"), [("/", "/"), ("/reglite/", "/reglite/"), ("/a/b", "/a/b/")]
)
def test_address_ends_with_the_base_path(base_path: str, path: str) -> None:
    with closing(bind("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert format_address(listening, base_path) == f"http://127.0.0.1:{port}{path}"
