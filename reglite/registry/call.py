"""One call to a registry, as data: what is asked, with which right, and how much may come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from urllib.parse import urlsplit

from reglite.reference import Repository
from reglite.registry.fault import RegistryFault, parse_faults
from reglite.registry.limits import OTHER_BYTES

CATALOG_SCOPE = "registry:catalog:*"


class Operation(Enum):
    """The operations of the distribution spec that RegLite uses."""

    PING = "ping"
    CATALOG = "catalog"
    TAGS = "tags"
    MANIFEST = "manifest"
    BLOB = "blob"
    REFERRERS = "referrers"
    PUT_MANIFEST = "put manifest"
    DELETE_MANIFEST = "delete manifest"
    DELETE_TAG = "delete tag"


@dataclass(frozen=True, slots=True)
class Call:
    """A request below the registry's base URL; ``about`` names its object in messages."""

    operation: Operation
    method: str
    path: str
    scope: str = ""
    about: str = ""
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    max_bytes: int = OTHER_BYTES
    encoding: str = "identity"  # what has a digest or a length to go by is best sent as it is

    @property
    def is_read(self) -> bool:
        """Tell a call that may be sent again whatever became of the first try."""
        return self.method in {"GET", "HEAD"}

    @property
    def is_write(self) -> bool:
        """Tell a push or a deletion."""
        return not self.is_read

    @property
    def is_content(self) -> bool:
        """Tell a read of a manifest or a blob, which may come from an object storage."""
        return self.is_read and self.operation in {Operation.MANIFEST, Operation.BLOB}


@dataclass(frozen=True)
class Answer:
    """A whole answer; the names of ``headers`` are in lower case.

    ``url`` is where it came from after redirects, ``seconds`` is what its request took,
    ``with_credentials`` tells whether that carried any.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    seconds: float = 0.0
    with_credentials: bool = False

    @property
    def media_type(self) -> str:
        """The Content-Type in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def faults(self) -> tuple[RegistryFault, ...]:
        """What a refusal lists, hostile text; the body is read once."""
        return parse_faults(self.body)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the faults."""
        return frozenset(fault.code for fault in self.faults)

    @property
    def host(self) -> str:
        """Host and port that answered."""
        return urlsplit(self.url).netloc


def repository_scope(repository: Repository, *actions: str) -> str:
    """Return the scope of Docker's token authentication for one repository."""
    return f"repository:{repository}:{','.join(actions)}"
