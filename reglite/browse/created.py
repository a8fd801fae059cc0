"""When something was created: RFC 3339 in, RFC 3339 in UTC out. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

CREATED_ANNOTATION: Final = "org.opencontainers.image.created"

_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_EPOCH_YEAR: Final = 1970


def read_created(value: Any) -> str | None:
    """Return the moment in UTC, fraction kept up to nanoseconds, such as ``2026-01-02T03:04:05Z``.

    None where it is missing or no RFC 3339, and for the zero and 1970 dates that builders write
    instead of the time.
    """
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    day, time, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        local = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)
        moment = local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None
    if moment.year <= _EPOCH_YEAR:
        return None
    text = moment.replace(tzinfo=None).isoformat()
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def read_created_annotation(annotations: Mapping[str, str]) -> str | None:
    """Return ``org.opencontainers.image.created`` in UTC."""
    return read_created(annotations.get(CREATED_ANNOTATION))


def find_newest(moments: Iterable[str | None]) -> str | None:
    """Return the newest of what ``read_created`` returned; None where nothing is known."""
    known = [moment for moment in moments if moment is not None]
    return max(known, key=lambda moment: moment.removesuffix("Z"), default=None)
