"""``reglite dev`` and ``reglite serve``: all functions and the pages under one uvicorn."""

import asyncio
import secrets
import socket
import sys
import webbrowser
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.deletion.audit import check_audit_folder
from reglite.inventory.access_config import AccessToken
from reglite.inventory.load import Inventory, RegistryConfig
from reglite.server.compression import Compression
from reglite.server.front import Front
from reglite.server.listening import bind, bind_next_free, format_address, is_loopback
from reglite.server.metrics import METRICS_PATH, Metrics
from reglite.server.pages import Pages
from reglite.server.reload import Reload, Watcher, add_script
from reglite.server.running import Server, make_server, run_in_loop, run_server
from reglite.server.site import open_site


def run_dev(
    inventory: Inventory,
    *,
    host: str,
    port: int,
    port_was_chosen: bool,
    debug: bool,
    demo: bool,
    open_browser: bool,
    reload: bool,
) -> None:
    """Serve for the person at this machine until interrupted; raises RegliteError.

    A port that nobody chose moves to the next free one. Only where the socket is bound to
    loopback is the caller a maintainer; elsewhere a token for this run is printed.
    """
    check_audit_folder()
    bound = bind(host, port) if port_was_chosen else bind_next_free(host, port)
    run_in_loop(_develop(_Development(inventory, bound, debug, demo, open_browser, reload)))


def run_serve(inventory: Inventory, *, host: str, port: int, base_path: str, debug: bool) -> None:
    """Serve for others until told to stop, nobody being a maintainer by place; RegliteError."""
    check_audit_folder()
    run_in_loop(_serve(inventory, bind(host, port), base_path, debug=debug))


@dataclass(frozen=True, slots=True)
class _Development:
    """One run of ``reglite dev``."""

    inventory: Inventory
    bound: socket.socket
    debug: bool
    has_demo: bool
    opens_browser: bool
    reloads: bool


async def _develop(run: _Development) -> None:
    async with AsyncExitStack() as stack:
        inventory = run.inventory
        if run.has_demo:
            inventory = await _add_demo(inventory, stack)
        inventory = _add_token(inventory, run.bound)
        is_local = is_loopback(run.bound)
        runtime = Runtime(inventory, local_maintainer=is_local, is_loopback=is_local)
        server = await _assemble(runtime, run, stack)
        address = format_address(run.bound)
        _say(f"RegLite is at {address}")
        if run.opens_browser:
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)
        await run_server(server, run.bound)


async def _assemble(runtime: Runtime, run: _Development, stack: AsyncExitStack) -> Server:
    site = open_site()
    files = add_script(site.render_or_explain()) if run.reloads else site.render()
    pages = Pages(files, policy=site.options.policy)
    reload = Reload(pages)
    front = Front(
        api=create_app(*load_routers(), runtime=runtime),
        pages=reload if run.reloads else pages,
        runtime=runtime,
    )
    server = make_server(front, access_log=False, debug=run.debug)
    if run.reloads:
        reload.is_stopping = lambda: server.should_exit
        watcher = Watcher(site.templates, lambda: reload.show(site.render_or_explain()))
        await stack.enter_async_context(watcher)
    return server


async def _serve(
    inventory: Inventory, bound: socket.socket, base_path: str, *, debug: bool
) -> None:
    runtime = Runtime(inventory, is_loopback=is_loopback(bound))
    site = open_site(base_path)
    metrics = Metrics()
    api = create_app(*load_routers(), runtime=runtime)
    front = Front(
        api=metrics.watch(Compression(api)),
        pages=Pages(site.render(), policy=site.options.policy),
        runtime=runtime,
        base_path=base_path,
        others={METRICS_PATH: metrics},
    )
    _say(f"RegLite is at {format_address(bound, base_path)}")
    await run_server(make_server(front, access_log=True, debug=debug), bound)


def _add_token(inventory: Inventory, bound: socket.socket) -> Inventory:
    """Give a server that others can reach a maintainer's token for this run, and print it."""
    if is_loopback(bound) or inventory.access.has_sign_in:
        return inventory
    token = secrets.token_urlsafe(24)
    access = inventory.access.with_token(AccessToken("this run", token, "maintainer"))
    if access.anonymous is None:
        _say(f"Others can reach this address. To look and to delete, sign in with token: {token}")
    else:
        _say(f"Others can reach this address and look. To delete, sign in with token: {token}")
    return replace(inventory, access=access)


async def _add_demo(inventory: Inventory, stack: AsyncExitStack) -> Inventory:
    from reglite.demo.server import DEMO_NAME, start_demo  # noqa: PLC0415 - images on demand

    url, stop = await start_demo()
    stack.push_async_callback(stop)
    host = url.removeprefix("http://")
    config = RegistryConfig(name=DEMO_NAME, url=url, source="demo", pull_host=host)
    inventory = inventory.with_registries([config])
    name = inventory.registries[-1].name
    _say(f"  {name}  {url}  demo; credentials: none; gone when this ends")
    return inventory


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
