"""Credentials for Amazon ECR through botocore, an optional extra that is imported only here.

botocore finds the credentials: environment, profile, IRSA, container and instance roles all work.
"""

import asyncio
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reglite.credentials.source import AWS_LABEL, AuthKind, Credentials, parse_basic_auth
from reglite.errors import (
    ConfigurationError,
    Denied,
    RegistryProtocol,
    RegistryUnreachable,
    RegliteError,
)

# Tokens live for 12 hours; a new one is fetched this long before their end.
_RENEW_AHEAD = timedelta(minutes=30)
# Who refuses a token as young as this one would refuse the next.
_LEAST_AGE = timedelta(minutes=1)
CLIENT_OPTIONS = {"connect_timeout": 3, "read_timeout": 10, "retries": {"max_attempts": 2}}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Token:
    credentials: Credentials
    expires: datetime
    fetched: datetime


@dataclass(slots=True, eq=False)
class EcrCredentials:
    """A registry token of one ECR region, fetched when needed and renewed ahead of its end."""

    region: str
    clock: Callable[[], datetime] = field(default=_now, repr=False)
    kind: AuthKind = field(default="helper", init=False)
    label: str = field(default=AWS_LABEL, init=False)
    _token: _Token | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    async def resolve(self) -> Credentials | None:
        """Return a token that is valid for a while; raises RegliteError with a remedy."""
        token = self._token
        if token is None or self._is_old(token):
            token = await asyncio.to_thread(self._refresh)
        return token.credentials

    def forget(self) -> bool:
        """Void the token where it is not a new one: AWS makes one for each call."""
        token = self._token
        if token is None or self.clock() - token.fetched < _LEAST_AGE:
            return False
        self._token = None
        return True

    def _is_old(self, token: _Token) -> bool:
        return token.expires - _RENEW_AHEAD <= self.clock()

    def _refresh(self) -> _Token:
        with self._lock:
            if self._token is None or self._is_old(self._token):
                self._token = _fetch_token(self.region, self.clock())
            return self._token


def _fetch_token(region: str, now: datetime) -> _Token:
    session = import_botocore("botocore.session")
    exceptions = import_botocore("botocore.exceptions")
    config = import_botocore("botocore.config").Config(**CLIENT_OPTIONS)
    try:
        client = session.get_session().create_client("ecr", region_name=region, config=config)
        answer = client.get_authorization_token()
    except exceptions.ClientError as exc:
        raise _translate_refusal(exc) from exc
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as exc:
        raise RegistryUnreachable(
            f"no answer from AWS ECR in {region}: check the network and the proxy settings"
        ) from exc
    except exceptions.BotoCoreError as exc:
        raise Denied(
            f"AWS credentials can't be had ({type(exc).__name__}): set AWS_PROFILE, "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run under a role; "
            "'aws sts get-caller-identity' must work"
        ) from exc
    return _read_token(answer, now)


def import_botocore(name: str) -> Any:
    """Import one of botocore's modules; raises Denied where the extra is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as exc:
        raise Denied(
            "ECR registries need botocore: install it with  pip install 'reglite[aws]', "
            "or give 'username: AWS' and a 'password' in the inventory"
        ) from exc


def _translate_refusal(exc: Any) -> RegliteError:
    code = str(exc.response.get("Error", {}).get("Code", "unknown"))
    return Denied(
        f"AWS refused a token for ECR ({code}): check that the credentials are valid and allow "
        "ecr:GetAuthorizationToken"
    )


def _read_token(answer: Any, now: datetime) -> _Token:
    try:
        first = answer["authorizationData"][0]
        return _Token(parse_basic_auth(first["authorizationToken"]), first["expiresAt"], now)
    except (KeyError, IndexError, TypeError, ConfigurationError):
        # Without the chain: the answer holds the token.
        problem = "AWS ECR answered without a usable token: try again, or look at AWS's status page"
    raise RegistryProtocol(problem)
