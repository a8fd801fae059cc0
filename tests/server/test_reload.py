import asyncio
from pathlib import Path

import pytest
from starlette.types import Message

from reglite.server.pages import Pages
from reglite.server.reload import EVENTS_PATH, SCRIPT_PATH, Reload, Watcher, add_script
from reglite.server.site import open_site

pytestmark = pytest.mark.anyio

QUICK_SECONDS = 0.01


@pytest.fixture
def reload() -> Reload:
    return Reload(Pages({}, policy=""), poll_seconds=QUICK_SECONDS)


async def listen(reload: Reload, heard: asyncio.Queue[bytes]) -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if body := message.get("body"):
            await heard.put(body)

    scope = {
        "type": "http",
        "method": "GET",
        "path": EVENTS_PATH,
        "headers": [],
        "query_string": b"",
    }
    await reload(scope, receive, send)


async def test_open_pages_hear_of_another_rendering_and_leave_when_the_server_stops(
    reload: Reload,
) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    listening = asyncio.create_task(listen(reload, heard))
    assert await asyncio.wait_for(heard.get(), 10) == b"retry: 500\n\n"

    reload.show({"index.html": b"<head></head>"})
    assert await asyncio.wait_for(heard.get(), 10) == b"event: reload\ndata:\n\n"

    reload.is_stopping = lambda: True
    await asyncio.wait_for(listening, 10)


async def test_every_document_gets_the_module_and_nothing_else_does() -> None:
    files = add_script({"a.html": b"<head></head>", "a.js": b"</head>"})

    assert files["a.html"] == (
        f'<head><script type="module" src="{SCRIPT_PATH}"></script></head>'.encode()
    )
    assert files["a.js"] == b"</head>"


async def test_watcher_tells_of_changed_new_and_removed_files(tmp_path: Path) -> None:
    changes: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    template = tmp_path / "pages" / "index.html"
    template.parent.mkdir()
    template.touch()

    def note() -> None:
        loop.call_soon_threadsafe(changes.put_nowait, None)

    async with Watcher(tmp_path, note, poll_seconds=QUICK_SECONDS):
        await asyncio.to_thread(template.write_text, "changed")
        await asyncio.wait_for(changes.get(), 10)
        (template.parent / "tags.html").touch()
        await asyncio.wait_for(changes.get(), 10)
        template.unlink()
        await asyncio.wait_for(changes.get(), 10)


async def test_broken_template_becomes_a_page_that_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = open_site()
    broken = type(site)(tmp_path / "<absent>", site.options)

    files = broken.render_or_explain()

    assert b"can't be rendered" in files["index.html"]
    assert b"<absent>" not in files["index.html"]
    assert "can't be rendered" in caplog.text
