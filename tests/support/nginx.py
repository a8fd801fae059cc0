"""A real nginx of this user's own on a free loopback port, in a temp folder."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.availability import give_up
from tests.support.waiting import wait_for

_READY_SECONDS = 20.0

_CONFIG = """\
daemon off; {user}
worker_processes 1;
error_log stderr warn;
pid {folder}/pid;
events {{ worker_connections 64; }}
http {{
    types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; }}
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
"""


@contextmanager
def run_nginx(server: str, *, http: str = "") -> Iterator[str]:
    """Run nginx with these directives in its server and http blocks; yields its address."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        give_up("nginx is not installed; 'make test' tries to install it")
    with tempfile.TemporaryDirectory() as folder:
        port = _find_port()
        config = Path(folder) / "nginx.conf"
        # Root's workers would be nobody, who may not read a temp folder.
        user = "user root;" if os.geteuid() == 0 else ""
        values = {"folder": folder, "port": port, "user": user, "http": http, "server": server}
        config.write_text(_CONFIG.format(**values))
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [program, "-p", folder, "-c", str(config), "-e", "stderr"],
                stdout=stream,
                stderr=stream,
            )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(
                lambda: _answers(url),
                lambda: f"nginx did not get ready:\n{log.read_text()}",
                process=process,
                seconds=_READY_SECONDS,
            )
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


def _find_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False)
    except httpx.TransportError:
        return False
    return True
