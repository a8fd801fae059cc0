import resource

import pytest

from reglite.server.bounds import find_bounds


@pytest.mark.parametrize(
    ("soft", "hard", "connections"),
    [
        (100, 100, 50),
        (100, 300, 150),
        (256, resource.RLIM_INFINITY, 512),
        (2, 2, 1),
        (100_000, 100_000, 512),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 512),
    ],
)
def test_callers_get_every_second_file_handle_at_most(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, connections: int
) -> None:
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: limits.append(wanted))
    assert find_bounds().connections == connections
    assert limits[-1][0] == resource.RLIM_INFINITY or limits[-1][0] >= 2 * connections or soft < 2
