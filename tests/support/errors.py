"""What an error says: the API's answer, and an exception with all that it was raised from."""

from collections.abc import Iterator

import httpx


def get_code(response: httpx.Response) -> str:
    """Return the one error code of an answer in the contract's shape."""
    document = response.json()
    assert list(document) == ["errors"]
    (error,) = document["errors"]
    assert set(error) == {"code", "message", "detail"}
    assert error["message"]
    return str(error["code"])


def list_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, then the one that it was raised from, and so on."""
    chained: BaseException | None = error
    while chained is not None:
        yield chained
        chained = chained.__cause__
