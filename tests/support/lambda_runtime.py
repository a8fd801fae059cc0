"""A function's zip under AWS's own runtime client, fed by a Runtime API server on loopback.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import importlib.util
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

MAX_ANSWER_BYTES = 6 * 1024 * 1024
_PATIENCE_SECONDS = 60.0
# What is beside a function on Lambda: the runtime client, and the SDK where a test needs it.
CLIENT_MODULES = ("awslambdaric", "snapshot_restore_py", "simplejson")
SDK_MODULES = ("botocore", "jmespath", "dateutil", "urllib3", "six")

_RESULT = re.compile(r"/2018-06-01/runtime/(?:invocation/(?P<id>[^/]+)|init)/(?P<kind>\w+)")


class FunctionError(Exception):
    """The runtime client reported an error; ``document`` is what it sent, ``kind`` its type."""

    def __init__(self, kind: str, document: Any) -> None:
        super().__init__(f"{kind}: {document}")
        self.kind = kind
        self.document = document


@dataclass(frozen=True, slots=True)
class Result:
    """What one invocation came to: the answer, or the error's type and document.

    ``at`` is when it was there; ``seconds`` is about what Lambda bills: from handing out the event
    until the answer begins to arrive.
    """

    document: Any
    error: str | None
    at: float
    seconds: float


class LambdaProcess:
    """One execution environment; a context manager that ends the process.

    It sees the unpacked zip, the runtime client and ``modules``, and none of the packages that the
    tests are installed with. ``environ`` is the function's configuration.
    """

    def __init__(
        self,
        folder: Path,
        handler: str,
        environ: Mapping[str, str],
        *,
        scratch: Path,
        modules: Iterable[str] = (),
    ) -> None:
        self._folder = folder
        self._handler = handler
        self._environ = environ
        self._site = _link_modules(scratch, (*CLIENT_MODULES, *modules))
        self._log = scratch / "log"
        self._server = _RuntimeApi()
        self._process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    def __enter__(self) -> Self:
        self._server.start()
        kept = {k: os.environ[k] for k in ("PATH", "LANG", "TMPDIR") if k in os.environ}
        lambdas = {
            "AWS_LAMBDA_RUNTIME_API": self._server.address,
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": "eu-central-1",
            "LAMBDA_TASK_ROOT": str(self._folder),
            "PYTHONPATH": os.pathsep.join((str(self._folder), str(self._site))),
        }
        self.started_at = time.perf_counter()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_find_bare_python(), "-S", "-B", "-m", "awslambdaric", self._handler],
                cwd=self._folder,
                env=kept | lambdas | dict(self._environ),
                stdout=log,
                stderr=log,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._server.stop()

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Send one event and return the answer; raises FunctionError."""
        answer: dict[str, Any] = self.await_result(event).document
        return answer

    def await_result(self, event: Mapping[str, Any]) -> Result:
        """Send one event and return what came of it and when; raises FunctionError."""
        self._server.events.put(event)
        return self._await()

    def await_init_error(self) -> FunctionError:
        """Return the error that kept the function from starting."""
        try:
            self._await()
        except FunctionError as exc:
            return exc
        raise AssertionError("the function answered without an event")

    def read_processor_seconds(self) -> float:
        """Return the processor time that the process has taken (Linux), whatever else runs here."""
        assert self._process is not None
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        spent = (int((task / "schedstat").read_text().split()[0]) for task in tasks)
        return sum(spent) / 1e9

    def read_log(self) -> str:
        """Return what the process printed."""
        return self._log.read_text(errors="replace")

    def _await(self) -> Result:
        try:
            result = self._server.results.get(timeout=_PATIENCE_SECONDS)
        except queue.Empty:
            raise AssertionError(f"no answer:\n{self.read_log()}") from None
        if result.error is not None:
            raise FunctionError(result.error, result.document)
        return result


class _RuntimeApi(ThreadingHTTPServer):
    """Hands events out and takes results; refuses what is larger than Lambda allows."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that a killed process left."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
        self.results: queue.Queue[Result] = queue.Queue()
        self.handed_out_at = 0.0

    @property
    def address(self) -> str:
        """Host and port, as the runtime client wants them."""
        return f"127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()

    def stop(self) -> None:
        """Release whoever waits for an event, and end."""
        self.events.put(None)
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _RuntimeApi

    def parse_request(self) -> bool:
        """Note when a request came: reading its headers in Python is not the function's time."""
        self._came_at = time.perf_counter()
        return super().parse_request()

    def do_GET(self) -> None:
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        body = json.dumps(event).encode()
        self.server.handed_out_at = time.perf_counter()
        self._send(
            200,
            body,
            {
                "Lambda-Runtime-Aws-Request-Id": f"request-{time.monotonic_ns()}",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 25) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:1:function:f",
                "Lambda-Runtime-Trace-Id": "Root=1-65f02a3c-1a2b3c4d5e6f708192a3b4c5",
            },
        )

    def do_POST(self) -> None:
        body = self._read_body()
        at = time.perf_counter()
        found = _RESULT.fullmatch(self.path)
        is_error = found is None or found["kind"] == "error"
        kind = self.headers.get("Lambda-Runtime-Function-Error-Type", "Unhandled")
        if not is_error and len(body) > MAX_ANSWER_BYTES:
            is_error, kind, body = True, "Function.ResponseSizeTooLarge", b"null"
        document = json.loads(body or b"null")
        seconds = self._came_at - self.server.handed_out_at
        self.server.results.put(Result(document, kind if is_error else None, at, seconds))
        self._send(202, b'{"status":"OK"}', {})

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        # The client crashes where there is no Content-Type.
        own = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (headers | own).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its signature
        """Stay quiet."""


def unpack(path: Path, into: Path) -> Path:
    """Unpack a zip as Lambda does; returns the folder."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(into)
    return into


def _find_bare_python() -> str:
    """Return this interpreter outside its virtual environment."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _link_modules(scratch: Path, modules: Iterable[str]) -> Path:
    site = scratch / "site"
    site.mkdir(parents=True, exist_ok=True)
    for name in modules:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue  # simplejson is optional
        origin = Path(spec.origin)
        path = origin.parent if origin.name == "__init__.py" else origin
        for source in (path, *path.parent.glob("runtime_client*.so")):
            link = site / source.name
            if not link.exists():
                link.symlink_to(source)
    return site
