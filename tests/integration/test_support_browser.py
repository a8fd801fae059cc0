"""The watched browser notices what pages must not do."""

import socket
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reglite.demo.exchange import Answer, Receive, Send, answer_plain, read_request, send_answer
from tests.support.browser import Watch

Page = Callable[..., Watch]


def _make_site(pages: Mapping[str, str]) -> Callable[..., Any]:
    async def serve_site(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        body = pages.get(request.path)
        answer = answer_plain(404, "none")
        if request.path == "/favicon.ico":
            answer = Answer(204)
        elif body is not None:
            answer = Answer(200, {"Content-Type": "text/html"}, body.encode())
        await send_answer(answer, request.method, send)

    return serve_site


def _open(serve: Callable[..., str], watch_page: Page, body: str) -> Watch:
    address = serve(_make_site({"/": f"<!doctype html><title>t</title>{body}"}), lifespan="off")
    watch = watch_page(address)
    watch.page.goto("/", wait_until="networkidle")
    return watch


def test_quiet_page_passes(serve: Callable[..., str], watch_page: Page) -> None:
    watch = _open(serve, watch_page, "<script>document.title = 'ran'</script>")
    assert watch.page.title() == "ran"
    watch.assert_quiet()


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>console.error('bad')</script>", "console: error: bad"),
        ("<script>throw new Error('thrown')</script>", "uncaught: "),
        ("<script>fetch('/missing')</script>", "answer: 404"),
    ],
)
def test_trouble_on_a_page_is_noticed(
    serve: Callable[..., str], watch_page: Page, body: str, complaint: str
) -> None:
    watch = _open(serve, watch_page, body)
    assert any(text.startswith(complaint) for text in watch.list_complaints())
    with pytest.raises(AssertionError):
        watch.assert_quiet()


def test_request_to_another_origin_is_noticed(serve: Callable[..., str], watch_page: Page) -> None:
    with socket.socket() as bound:  # bound, not listening: the connection is refused
        bound.bind(("127.0.0.1", 0))
        foreign = f"http://127.0.0.1:{bound.getsockname()[1]}/pixel.png"
        watch = _open(serve, watch_page, f"<img src='{foreign}' alt=''>")
    assert watch.foreign_requests == [f"GET {foreign}"]
    assert any(text.startswith("failed: ") for text in watch.list_complaints())
