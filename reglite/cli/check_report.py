"""The reports of ``reglite check`` as a table in plain words, or as JSON. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reglite.cli.check_image import ImageCheck
from reglite.cli.check_run import Report
from reglite.cli.registries_report import describe_credential

_CAPABILITIES = ("catalog", "delete", "untag", "referrers")
_WORDS = {True: "yes", False: "no", None: "not known"}


def format_json(reports: Sequence[Report]) -> str:
    """Return ``{"registries": [...]}``: each status of the API, and whether it is fine."""
    return json.dumps({"registries": [_to_json(r) for r in reports]}, indent=2, ensure_ascii=False)


def _to_json(report: Report) -> dict[str, Any]:
    answer = {
        **report.status.to_json(),
        "url": report.config.url,
        "auth": report.config.credential.kind,
        "image": None if report.image is None else report.image.to_json(),
        "fine": report.is_fine,
    }
    if report.leftovers is not None:
        answer["leftovers"] = [leftover.to_json() for leftover in report.leftovers]
    if report.leftovers_error is not None:
        answer["leftovers"] = None
        answer["error"] = report.leftovers_error.to_json()["errors"][0]
    return answer


def format_text(reports: Sequence[Report]) -> str:
    """Return a table with a line per registry, and below it what to change."""
    if not reports:
        return (
            "No registry: name one in inventory.yaml ('reglite init' writes it), "
            "or log in with 'docker login'"
        )
    head = ("REGISTRY", "STATUS", "CREDENTIALS", *(name.upper() for name in _CAPABILITIES))
    rows = [head, *(_make_row(report) for report in reports)]
    return "\n".join([*_align(rows), *_list_remarks(reports)])


def _make_row(report: Report) -> tuple[str, ...]:
    status = report.status
    words: str = status.status
    if status.latency_ms is not None:
        words += f", {status.latency_ms:.0f} ms"
    capabilities = (_WORDS[getattr(status.capabilities, name)] for name in _CAPABILITIES)
    credential = describe_credential(report.config.credential)
    if status.status == "online" and not status.credential_checked:
        credential += " (unchecked)" if report.config.credential.kind != "none" else ""
    return (report.config.name, words, credential, *capabilities)


def _align(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _list_remarks(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        remarks = list(_list_problems(report))
        if remarks:
            yield ""
            yield f"{report.config.name}  {report.config.url}"
            yield from (f"  {remark}" for remark in remarks)


def _list_problems(report: Report) -> Iterator[str]:
    if report.status.proxy is not None:
        yield f"goes through the proxy {report.status.proxy}"
    error = report.status.error
    if error is not None:
        yield f"{error.code}: {error.message}"
    yield from _list_image_problems(report.image)
    yield from report.status.hints
    yield from (f"left over: {leftover}" for leftover in report.leftovers or ())
    if report.leftovers_error is not None:
        yield f"looking for leftovers: {report.leftovers_error.message}"


def _list_image_problems(image: ImageCheck | None) -> Iterator[str]:
    if image is None:
        return
    if image.error is not None:
        yield f"{image.reference} can't be read: {image.error.code}: {image.error.message}"
    for unread in image.unread:
        yield f"{image.reference} is read in part: {unread.code}: {unread.message}"
