"""Reads a request's body, and no more of it than is sensible."""

from starlette.requests import Request

from reglite.errors import BadRequest


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """Return the exact bytes; raises BadRequest for more than ``max_bytes``, before the rest."""
    parts: list[bytes] = []
    size_bytes = 0
    async for part in request.stream():
        size_bytes += len(part)
        if size_bytes > max_bytes:
            raise BadRequest(f"the body is larger than {max_bytes} bytes")
        parts.append(part)
    return b"".join(parts)
