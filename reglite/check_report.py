"""The reports of ``reglite check`` as a table in plain words, or as JSON. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reglite.check import Report
from reglite.inventory import DEFAULT_FILE
from reglite.inventory_summary import describe_credential
from reglite.reference import shorten
from reglite.registry_url import parse_registry_url

_CAPABILITIES = ("catalog", "delete", "untag", "referrers")
_WORDS = {True: "yes", False: "no", None: "not known"}


def format_json(reports: Sequence[Report]) -> str:
    """Return ``{"registries": [...]}``: each status of the API, with what to change."""
    return json.dumps({"registries": [_to_json(r) for r in reports]}, indent=2, ensure_ascii=False)


def _to_json(report: Report) -> dict[str, Any]:
    answer = {
        **report.status.to_json(),
        "url": report.config.url,
        "fine": report.is_fine,
        "fixes": list(list_fixes(report)),
    }
    if report.leftovers is not None or report.leftovers_error is not None:
        answer["leftovers"] = list(report.leftovers or ())
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
    status = report.status.to_json()
    latency = status["latency_ms"]
    words = status["status"] if latency is None else f"{status['status']}, {latency:.0f} ms"
    capabilities = (_WORDS[status["capabilities"][name]] for name in _CAPABILITIES)
    return (report.config.name, words, describe_credential(report.config.credential), *capabilities)


def _align(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _list_remarks(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        remarks = [*_list_problems(report), *(f"change: {fix}" for fix in list_fixes(report))]
        if remarks:
            yield ""
            yield f"{report.config.name}  {report.config.url}"
            yield from (f"  {remark}" for remark in remarks)


def _list_problems(report: Report) -> Iterator[str]:
    status = report.status.to_json()
    if status["error"] is not None:
        yield f"{status['error']['code']}: {status['error']['message']}"
    yield from (str(hint) for hint in status["hints"])
    yield from (f"left over: {leftover}" for leftover in report.leftovers or ())
    if report.leftovers_error is not None:
        yield f"{report.leftovers_error.code}: {report.leftovers_error.message}"


def list_fixes(report: Report) -> Iterator[str]:
    """Name the line to change for what fails."""
    status = report.status.to_json()["status"]
    if status == "unauthorized":
        yield _fix_credentials(report)
    elif status == "offline":
        yield _fix_address(report)
    if report.leftovers:
        yield "open the tags page of each and finish what was begun"


def _fix_credentials(report: Report) -> str:
    config = report.config
    host = parse_registry_url(config.url).pull_host
    if config.credential.label == "inventory":
        keys = "username and password (or auth)"
        return f"{_name_entry(report)}: {keys}: the registry refuses them"
    if config.source == "inventory" and config.credential.kind == "none":
        return f"{_name_entry(report)}: add username and password, or run  docker login {host}"
    return f"run  docker login {host}"


def _fix_address(report: Report) -> str:
    config = report.config
    if config.source == "inventory":
        return f"{_name_entry(report)}.url: {config.url}: is the address right, does it run?"
    if config.source == "command-line":
        return f"the URL {config.url}: is the address right, does it run?"
    return (
        f"if {config.name} speaks plain http, add an entry with url: http://{config.name} to "
        f"{report.file or DEFAULT_FILE}"
    )


def _name_entry(report: Report) -> str:
    return f"{report.file or DEFAULT_FILE}: inventory.{shorten(report.config.name)}"
