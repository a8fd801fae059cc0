"""The error taxonomy: every failure that RegLite can name, with its OCI code and HTTP status.

    RegliteError
    ├── ConfigurationError          usage or configuration: exit code 2, never an HTTP answer
    ├── BadRequest                  400  BAD_REQUEST
    │   ├── NameInvalid                  NAME_INVALID
    │   ├── TagInvalid                   TAG_INVALID
    │   ├── DigestInvalid                DIGEST_INVALID
    │   ├── ManifestInvalid              MANIFEST_INVALID
    │   ├── RequestTooSlow          408  BAD_REQUEST
    │   ├── TargetTooLong           414  BAD_REQUEST
    │   └── HeadTooLarge            431  BAD_REQUEST
    ├── Unauthorized                401  UNAUTHORIZED     RegLite's own: signing in would help
    ├── Denied                      403  DENIED
    │   ├── HelperFailed                 DENIED
    │   └── TagProtected                 TAG_PROTECTED
    ├── NotFound                    404  NOT_FOUND
    │   ├── RegistryUnknown              REGISTRY_UNKNOWN
    │   ├── NameUnknown                  NAME_UNKNOWN
    │   ├── ManifestUnknown              MANIFEST_UNKNOWN
    │   └── BlobUnknown                  BLOB_UNKNOWN
    ├── MethodNotAllowed            405  METHOD_NOT_ALLOWED
    ├── Unsupported                 405  UNSUPPORTED      the registry itself refuses
    ├── PlanChanged                 409  PLAN_CHANGED
    ├── TagMoved                    409  TAG_MOVED
    ├── TooManyRequests             429  TOOMANYREQUESTS
    │   └── TooManyConnections      503  TOOMANYREQUESTS
    ├── RegistryUnreachable         502  REGISTRY_UNREACHABLE
    ├── RegistryProtocol            502  REGISTRY_PROTOCOL
    └── RegistryTimeout             504  REGISTRY_TIMEOUT

Codes are those of the OCI distribution spec, "Error Codes", and RegLite's own. A message says what
failed, where, and what to do next; it never holds a credential.
"""

from typing import Any, ClassVar


class RegliteError(Exception):
    """A failure with a code, a message for a person and an optional machine-readable detail."""

    code: ClassVar[str] = "INTERNAL"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, detail: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that go with the answer."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the body of the distribution spec: ``{"errors": [{code, message, detail}]}``."""
        error = {"code": self.code, "message": self.message, "detail": self.detail}
        return {"errors": [error]}


class ConfigurationError(RegliteError):
    """Usage or configuration is wrong; the message names the file, the key path and the fix."""

    exit_code = 2


class BadRequest(RegliteError):
    """The caller sent something that can't be understood."""

    code = "BAD_REQUEST"
    status = 400


class NameInvalid(BadRequest):
    """A repository name outside the grammar of the distribution spec."""

    code = "NAME_INVALID"


class TagInvalid(BadRequest):
    """A tag outside the grammar of the distribution spec."""

    code = "TAG_INVALID"


class DigestInvalid(BadRequest):
    """A digest outside the grammar of the image spec, or not that of the bytes beside it."""

    code = "DIGEST_INVALID"


class ManifestInvalid(BadRequest):
    """Bytes that were sent as a manifest and are none."""

    code = "MANIFEST_INVALID"


class RequestTooSlow(BadRequest):
    """A request that was begun, and whose rest did not come in time."""

    status = 408


class TargetTooLong(BadRequest):
    """An address longer than any of RegLite's own."""

    status = 414


class HeadTooLarge(BadRequest):
    """More headers, or longer ones, than a request to RegLite needs."""

    status = 431


class Unauthorized(RegliteError):
    """RegLite itself wants a sign-in; never a registry's 401."""

    code = "UNAUTHORIZED"
    status = 401

    @property
    def headers(self) -> dict[str, str]:
        """A bearer challenge: browsers open no dialog of their own for it."""
        return {"WWW-Authenticate": 'Bearer realm="reglite"'}


class Denied(RegliteError):
    """No right to it, in RegLite or at the registry."""

    code = "DENIED"
    status = 403


class HelperFailed(Denied):
    """A credential helper of Docker's config gives nothing; the message says how to mend it."""


class TokenRefused(Denied):
    """The registry does not accept the tokens of the token server that it names itself."""


class TagProtected(Denied):
    """A ``protect`` glob of the inventory covers what was to be deleted."""

    code = "TAG_PROTECTED"


class NotFound(RegliteError):
    """Nothing is at that path."""

    code = "NOT_FOUND"
    status = 404


class RegistryUnknown(NotFound):
    """No registry of that name is configured, or the caller may not see it."""

    code = "REGISTRY_UNKNOWN"


class NameUnknown(NotFound):
    """The registry does not know the repository."""

    code = "NAME_UNKNOWN"


class ManifestUnknown(NotFound):
    """The repository has no such tag or manifest."""

    code = "MANIFEST_UNKNOWN"


class ManifestDangles(ManifestUnknown):
    """The tag is there and names a manifest that is not: the registry said which."""


class BlobUnknown(NotFound):
    """The repository has no such blob."""

    code = "BLOB_UNKNOWN"


class MethodNotAllowed(RegliteError):
    """RegLite has this path, but not with this method."""

    code = "METHOD_NOT_ALLOWED"
    status = 405


class Unsupported(RegliteError):
    """The registry itself refuses the operation: no catalog, deletion off, schema1."""

    code = "UNSUPPORTED"
    status = 405


class PlanChanged(RegliteError):
    """Something moved since the deletion plan was made; ``detail`` is the fresh plan."""

    code = "PLAN_CHANGED"
    status = 409


class TagMoved(RegliteError):
    """The tag points at another digest than the caller saw."""

    code = "TAG_MOVED"
    status = 409


class TooManyRequests(RegliteError):
    """A rate limit, the registry's or RegLite's own for failed sign-ins."""

    code = "TOOMANYREQUESTS"
    status = 429

    def __init__(
        self, message: str, *, detail: Any = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After`` in seconds, where it is known."""
        if self.retry_after_seconds is None:
            return {}
        return {"Retry-After": str(self.retry_after_seconds)}


class TooManyConnections(TooManyRequests):
    """The server has as many connections as it keeps at once."""

    status = 503


class RegistryUnreachable(RegliteError):
    """No connection: name resolution, refused, reset, TLS."""

    code = "REGISTRY_UNREACHABLE"
    status = 502


class ProxyFailed(RegistryUnreachable):
    """The proxy on the way can't be used, can't be reached or refuses; its message names it."""


class StorageFailed(RegistryUnreachable):
    """The storage that the registry sends us to for content fails; its message names the host."""


class TokenServerFailed(RegistryUnreachable):
    """The token server that the registry names can't be reached or fails; it is named."""


class RegistryProtocol(RegliteError):
    """The registry answered something that the distribution spec does not allow."""

    code = "REGISTRY_PROTOCOL"
    status = 502


class RealmRefused(RegistryProtocol):
    """The registry names a token server that is never asked; its message names it."""


class RedirectRefused(RegistryProtocol):
    """The registry sends us to an address that is never asked; its message names it."""


class ManifestBroken(RegistryProtocol):
    """The registry fails at this one manifest or tag (500): damaged, or being written just now."""


class RegistryTimeout(RegliteError):
    """The registry did not answer in time."""

    code = "REGISTRY_TIMEOUT"
    status = 504
