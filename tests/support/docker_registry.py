"""The real registry server, Debian's docker-registry, on a free loopback port and a temp folder."""

import os
import re
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import bcrypt
import httpx
import yaml

from tests.support.availability import find_program
from tests.support.waiting import wait_for

_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
_READY_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class TokenAuth:
    """What the registry needs to trust a token server: its realm URL and certificate bundle."""

    realm: str
    service: str
    issuer: str
    root_certificates: Path


class DockerRegistry:
    """One docker-registry process; a context manager that stops it and removes its folder.

    ``htpasswd`` maps users to passwords (bcrypt, cost 4), ``prefix`` puts the API under a path,
    ``settings`` is merged into the top level of its configuration, ``storage`` into its part of
    that name, ``cache`` has it remember blobs, as its image's own configuration does.
    """

    def __init__(
        self,
        *,
        htpasswd: Mapping[str, str] | None = None,
        delete: bool = True,
        token: TokenAuth | None = None,
        prefix: str | None = None,
        settings: Mapping[str, Any] | None = None,
        storage: Mapping[str, Any] | None = None,
        cache: bool = False,
    ) -> None:
        self._program = find_program("docker-registry", "registry")
        self._folder = tempfile.TemporaryDirectory(prefix="reglite-registry-", dir=_find_memory())
        self._htpasswd = htpasswd
        self._delete = delete
        self._token = token
        self._prefix = prefix
        self._settings = settings or {}
        self.storage_settings = dict(storage or {})
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None
        self._secret = secrets.token_hex(16)
        self.port = 0

    @property
    def folder(self) -> Path:
        """The temp folder: configuration, log and ``storage``."""
        return Path(self._folder.name)

    @property
    def storage(self) -> Path:
        """The root of the filesystem storage driver."""
        return self.folder / "storage"

    @property
    def host(self) -> str:
        """Host and port, as in pull commands."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The registry's address without a trailing slash, with its prefix where it has one."""
        return f"http://{self.host}" + (self._prefix or "").rstrip("/")

    @property
    def auth(self) -> tuple[str, str] | None:
        """User and password of the first htpasswd entry, for httpx."""
        return next(iter(self._htpasswd.items())) if self._htpasswd else None

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        return self._running().pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        """Start the server and wait until it answers; a second start keeps port and content."""
        self.storage.mkdir(exist_ok=True)
        config = self._write_config()
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                [self._program, "serve", str(config)], stdout=stream, stderr=stream
            )
        self._await_ready(log)

    def stop(self) -> None:
        """Stop the server; it may be stopped already, or frozen."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Stop and start on the same port with the same content."""
        self.stop()
        self.start()

    def collect_garbage(self) -> None:
        """Collect as an operator does, with nothing but the configuration, and restart."""
        self.stop()
        config = str(self.folder / "config.yml")
        subprocess.run(
            [self._program, "garbage-collect", config], check=True, capture_output=True, timeout=60
        )
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections are accepted by the kernel and nothing is answered."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT after a freeze."""
        self._running().send_signal(signal.SIGCONT)

    def read_log(self) -> str:
        """Return what the server printed since its last start."""
        return (self.folder / "log").read_text(errors="replace")

    def client(self, **options: Any) -> httpx.Client:
        """Return a sync client with this registry's address and its first user's credentials."""
        # Plain http: reading the system's certificates for it takes longer than most requests.
        plain = {"verify": False, "trust_env": False}
        return httpx.Client(**{"base_url": self.url, "auth": self.auth, **plain, **options})

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the registry is not running")
        return self._process

    def _write_config(self) -> Path:
        config: dict[str, Any] = {
            "version": "0.1",
            "log": {"level": "info", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(self.storage)},
                "delete": {"enabled": self._delete},
            },
            "http": {"addr": f"127.0.0.1:{self.port}", "secret": self._secret},
            # 2.8 refuses foreign layers unless their addresses are allowed
            "validation": {"manifests": {"urls": {"allow": ["^https?://"]}}},
        }
        config["storage"].update(self.storage_settings)
        if self._cache:
            config["storage"]["cache"] = {"blobdescriptor": "inmemory"}
        if self._prefix:
            config["http"]["prefix"] = self._prefix
        if self._htpasswd is not None or self._token is not None:
            config["auth"] = self._describe_auth()
        config.update(self._settings)
        path = self.folder / "config.yml"
        path.write_text(yaml.safe_dump(config))
        return path

    def _describe_auth(self) -> dict[str, Any]:
        if self._token is not None:
            return {
                "token": {
                    "realm": self._token.realm,
                    "service": self._token.service,
                    "issuer": self._token.issuer,
                    "rootcertbundle": str(self._token.root_certificates),
                }
            }
        path = self.folder / "htpasswd"
        path.write_text("".join(map(_format_htpasswd, (self._htpasswd or {}).items())))
        return {"htpasswd": {"realm": "reglite-tests", "path": str(path)}}

    def _await_ready(self, log: Path) -> None:
        try:
            wait_for(
                lambda: self._find_port(log) and self._answers(),
                lambda: f"docker-registry did not get ready:\n{log.read_text(errors='replace')}",
                process=self._process,
                seconds=_READY_SECONDS,
            )
        except RuntimeError:
            self.stop()
            raise

    def _find_port(self, log: Path) -> bool:
        listening = _LISTENING.search(log.read_text(errors="replace"))
        self.port = int(listening[1]) if listening else self.port
        return listening is not None

    def _answers(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/v2/", timeout=5, trust_env=False, verify=False)
        except httpx.TransportError:
            return False
        return answer.status_code in (200, 401)


def _find_memory() -> str | None:
    """Return a folder in memory, where ten thousand little files are made and removed at once."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _format_htpasswd(entry: tuple[str, str]) -> str:
    user, password = entry
    return f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n"
