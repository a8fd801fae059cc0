"""A token server in front of a real docker-registry: signed tokens, scopes, refresh, a log."""

import base64
import hashlib
import secrets
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jwt
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificate

from reglite.demo.authority import Access, Authority
from reglite.demo.exchange import (
    LoggedRequest,
    Receive,
    Send,
    answer_plain,
    log_request,
    read_request,
    send_answer,
)
from reglite.demo.failures import render_failure
from reglite.demo.switches import Switches
from tests.support.docker_registry import TokenAuth
from tests.support.serving import serve_app

_ISSUER = "reglite-tests"
_NOT_BEFORE_SECONDS = 10


class TokenServer:
    """A token endpoint on loopback whose tokens docker-registry trusts; a context manager.

    It shares the switches of the in-memory registry's token server: ``username``, ``password``,
    ``identity_token``, ``is_pull_anonymous``, ``granted_actions``, ``token_field``,
    ``token_seconds``, ``token_has_expires_in``, ``token_post_status``. ``age_seconds`` dates
    tokens back; docker-registry 2.8 forgives 60 s, so an age of ``token_seconds`` + 59 leaves one.
    """

    def __init__(self, switches: Switches | None = None, *, service: str = "reglite") -> None:
        self.switches = switches or Switches(auth="bearer")
        self.service = service
        self.requests: list[LoggedRequest] = []
        self.age_seconds = 0.0
        self._authority = Authority(self.switches, self._mint)
        self._stack = ExitStack()
        self._signer = trustme.CA()
        self.url = ""

    @property
    def realm(self) -> str:
        """The address of the token endpoint."""
        return f"{self.url}/token"

    @property
    def auth(self) -> TokenAuth:
        """What ``DockerRegistry(token=…)`` needs."""
        return TokenAuth(self.realm, self.service, _ISSUER, self._certificates)

    def __enter__(self) -> Self:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="reglite-token-"))
        self._certificates = Path(folder, "certificates.pem")
        self._signer.cert_pem.write_to_path(self._certificates)
        self.url = self._stack.enter_context(serve_app(self._serve, lifespan="off"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._stack.close()

    async def _serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        logged = log_request(request)
        self.requests.append(logged)
        answer = answer_plain(404, "not found")
        if request.path == "/token":
            answer = self._authority.answer_token(request)
        render_failure(answer, self.switches.error_style)
        logged.status = answer.status
        await send_answer(answer, request.method, send)

    def _mint(self, accesses: frozenset[Access], seconds: float) -> str:
        now = time.time() - self.age_seconds
        claims = {
            "iss": _ISSUER,
            "sub": self.switches.username,
            "aud": self.service,
            "exp": int(now + seconds),
            "nbf": int(now - _NOT_BEFORE_SECONDS),
            "iat": int(now),
            "jti": secrets.token_hex(8),
            "access": [
                {"type": a.kind, "name": a.name, "actions": [a.action]}
                for a in sorted(accesses, key=lambda a: (a.kind, a.name, a.action))
            ],
        }
        key = self._signer.private_key_pem.bytes()
        header = {"kid": _find_key_id(self._signer.cert_pem.bytes())}
        return jwt.encode(claims, key, "ES256", header)


def _find_key_id(certificate: bytes) -> str:
    """Return libtrust's fingerprint: 240 bits of SHA-256 in twelve groups of base32."""
    public = (
        load_pem_x509_certificate(certificate)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    encoded = base64.b32encode(hashlib.sha256(public).digest()[:30]).decode()
    return ":".join(encoded[start : start + 4] for start in range(0, len(encoded), 4))
