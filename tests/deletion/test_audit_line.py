"""A line of the audit log is bounded as a whole, and says what it leaves out."""

import json

import pytest

from reglite.deletion.audit import AuditEvent, record

LIMIT_BYTES = 4096
LONGEST_TAG = "v" * 128


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGLITE_AUDIT_DIR", raising=False)


@pytest.mark.parametrize("text", ["x", "\x1b", "\u202e", "😀", "\ud800", '"', "\\"])
def test_a_refusal_is_a_short_line_whatever_was_sent(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    long = text * 62_000
    event = AuditEvent("untag", long, long, long, long, long, [long] * 100, "refused", "DENIED")

    record(event)

    written = capsys.readouterr().err
    assert len(written) <= LIMIT_BYTES
    line = json.loads(written)
    assert len(line["tags"]) + line["tags_left_out"] == 100
    assert line["who"].startswith(text)
    assert (line["outcome"], line["code"]) == ("refused", "DENIED")


@pytest.mark.parametrize("count", [0, 1, 20, 31, 1_000])
def test_tags_that_do_not_fit_are_counted(capsys: pytest.CaptureFixture[str], count: int) -> None:
    record(AuditEvent("restore", None, None, "r", "a", None, [LONGEST_TAG] * count, "refused"))

    written = capsys.readouterr().err
    line = json.loads(written)
    assert len(written) <= LIMIT_BYTES
    assert len(line["tags"]) + line.get("tags_left_out", 0) == count
    assert ("tags_left_out" in line) is (count > 30)


def test_what_was_done_names_the_tags_that_undoing_it_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tags = [f"{number:0128}" for number in range(400)]

    record(AuditEvent("delete", "ana", None, "r", "a", None, tags))
    assert json.loads(capsys.readouterr().err)["tags"] == tags
    record(AuditEvent("delete", "ana", None, "r", "a", None, tags * 10))
    assert len(capsys.readouterr().err) <= 65_536
