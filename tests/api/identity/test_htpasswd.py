import asyncio
import os
from pathlib import Path

import bcrypt
import pytest

from reglite.api.identity.attempts import MAX_FAILURES, WINDOW_SECONDS, FailedAttempts
from reglite.api.identity.htpasswd import (
    KEPT_SECONDS,
    HtpasswdFile,
    parse_htpasswd,
)
from reglite.errors import ConfigurationError, TooManyRequests
from tests.support.clock import Clock

LONG = "x" * 100


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text(f"ana:{hash_password('right')}\nlong:{hash_password(LONG)}\n")
    return path


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("user", "password", "is_right"),
    [
        ("ana", "right", True),
        ("ana", "wrong", False),
        ("nobody", "right", False),
        ("long", LONG, False),
        ("ana", "right\0", False),
        ("ana", "\ud800", False),
    ],
)
async def test_passwords_are_checked(path: Path, user: str, password: str, is_right: bool) -> None:
    assert await HtpasswdFile(path).verify(user, password) is is_right


@pytest.mark.anyio
async def test_mark_that_windows_puts_before_a_text_is_no_part_of_a_name(path: Path) -> None:
    text = await asyncio.to_thread(path.read_text)
    await asyncio.to_thread(path.write_text, text, "utf-8-sig")
    assert await HtpasswdFile(path).verify("ana", "right")


@pytest.mark.anyio
async def test_passwords_of_72_bytes_are_the_longest_that_count(path: Path) -> None:
    file = HtpasswdFile(path)

    assert await file.verify("long", LONG[:72])
    assert not await file.verify("long", LONG[:72] + "y")
    assert not file.is_verified("long", LONG[:72] + "y")


@pytest.mark.anyio
async def test_unknown_users_cost_a_check_as_dear_as_known_ones(path: Path) -> None:
    checked: list[bytes] = []

    def check(password: str, password_hash: bytes) -> bool:
        checked.append(password_hash)
        return bcrypt.checkpw(password.encode(), password_hash)  # raises if it is no real hash

    file = HtpasswdFile(path, check=check)

    await file.verify("ana", "wrong")
    await file.verify("nobody", "wrong")

    known, dummy = checked
    assert known != dummy
    assert known[3:7] == dummy[3:7] == b"$04$"
    assert len(known) == len(dummy)


@pytest.mark.anyio
async def test_unknown_users_cost_as_one_of_the_known_at_each_try(path: Path) -> None:
    dear = bcrypt.hashpw(b"right", bcrypt.gensalt(5)).decode()
    lines = (f"ana:{hash_password('right')}", f"bob:{dear}", f"eve:$2y$99${'x' * 53}")
    await asyncio.to_thread(path.write_text, "\n".join(lines))
    checked: list[bytes] = []

    def check(password: str, password_hash: bytes) -> bool:
        checked.append(password_hash[4:6])
        return False

    file = HtpasswdFile(path, check=check)

    for number in range(40):
        for _ in range(2):
            await file.verify(f"nobody{number}", "wrong")

    assert set(checked) == {b"04", b"05"}
    assert checked[::2] == checked[1::2]


@pytest.mark.anyio
async def test_a_result_is_kept_for_the_place_that_it_was_shown_at(path: Path) -> None:
    file = HtpasswdFile(path)

    await file.verify("ana", "right", "192.0.2.1")

    assert file.is_verified("ana", "right", "192.0.2.1")
    assert not file.is_verified("ana", "right", "192.0.2.2")


@pytest.mark.anyio
async def test_good_results_are_kept_for_a_while_and_bad_ones_never(path: Path) -> None:
    clock = Clock()
    file = HtpasswdFile(path, clock)

    await file.verify("ana", "right")
    await file.verify("ana", "wrong")

    assert file.is_verified("ana", "right")
    assert not file.is_verified("ana", "wrong")
    assert not file.is_verified("ana", "righ")
    clock.now += KEPT_SECONDS
    assert not file.is_verified("ana", "right")


@pytest.mark.anyio
async def test_whoever_was_verified_again_is_forgotten_last(path: Path) -> None:
    file = HtpasswdFile(path, max_kept=2)

    for place in ("first", "second", "first", "third"):
        await file.verify("ana", "right", place)

    kept = [file.is_verified("ana", "right", place) for place in ("first", "second", "third")]
    assert kept == [True, False, True]


@pytest.mark.anyio
async def test_a_changed_file_counts_at_once(path: Path) -> None:
    file = HtpasswdFile(path)
    await file.verify("ana", "right")

    await asyncio.to_thread(path.write_text, f"ana:{hash_password('another')}\n")
    os.utime(path, ns=(1, 1))

    assert not file.is_verified("ana", "right")
    assert not await file.verify("ana", "right")
    assert await file.verify("ana", "another")


@pytest.mark.anyio
async def test_checks_leave_the_event_loop_free(path: Path) -> None:
    reached, released = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def check(password: str, password_hash: bytes) -> bool:
        loop.call_soon_threadsafe(reached.set)
        asyncio.run_coroutine_threadsafe(released.wait(), loop).result(10)
        return True

    verifying = asyncio.create_task(HtpasswdFile(path, check=check).verify("ana", "right"))

    await asyncio.wait_for(reached.wait(), 10)  # we run while the check does
    released.set()

    assert await verifying


@pytest.mark.parametrize(
    "text", ["ana", "ana:", ":$2y$05$x", "ana:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=", "ana:$apr1$a$b"]
)
def test_other_hashes_than_bcrypt_are_refused_by_line(text: str) -> None:
    with pytest.raises(ConfigurationError, match="line 2 of users"):
        parse_htpasswd(f"# comment\n{text}\n", "users")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent"):
        HtpasswdFile(tmp_path / "absent").load()


def test_attempts_are_counted_by_key_and_forgotten_after_the_window() -> None:
    clock = Clock()
    attempts = FailedAttempts(clock)
    for _ in range(MAX_FAILURES):
        attempts.check("a")
        attempts.record("a")

    attempts.check("b")
    clock.now += WINDOW_SECONDS - 0.5
    with pytest.raises(TooManyRequests) as caught:
        attempts.check("a")
    assert caught.value.headers == {"Retry-After": "1"}
    clock.now += 0.5
    attempts.check("a")


def test_a_failure_recorded_ahead_is_taken_back() -> None:
    attempts = FailedAttempts()
    for _ in range(MAX_FAILURES + 1):
        attempts.record("a")
        attempts.forgive("a")
    attempts.forgive("never recorded")

    attempts.check("a")


def test_attempts_are_kept_in_bounded_memory() -> None:
    attempts = FailedAttempts(max_keys=3)

    for key in range(10):
        attempts.record(key)

    assert len(attempts._counts) == 3
