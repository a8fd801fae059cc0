"""What handlers ask FastAPI for: the runtime, the caller, and a registry or repository to use.

The order is always the same: names are checked, then the caller, and only then is a client made.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Path, Query
from starlette.requests import Request

from reglite.api.caller import Caller
from reglite.api.runtime import Runtime, RuntimeSource, unknown_registry
from reglite.errors import Denied, NameUnknown, Unauthorized
from reglite.reference import (
    Digest,
    Repository,
    Tag,
    parse_digest,
    parse_repository,
    parse_tag,
)

if TYPE_CHECKING:
    from reglite.inventory import RegistryConfig
    from reglite.registry.client import RegistryClient

RegistryName = Annotated[
    str,
    Path(description="A registry's name in the inventory.", examples=["88.88.88.88:5000"]),
]
RepositoryName = Annotated[
    str,
    Path(
        description="A repository; its slashes are sent raw or as %2F.",
        examples=["team/project/app"],
    ),
]
TagName = Annotated[str, Path(description="A tag.", examples=["1.4.2"])]
DigestName = Annotated[
    str, Path(description="Algorithm and hex digits.", examples=[f"sha256:{'0' * 64}"])
]
Last = Annotated[
    str | None,
    Query(description="Names after this one, as in the distribution spec.", max_length=255),
]
Search = Annotated[
    str | None,
    Query(description="Only names that hold this text, over all pages.", max_length=255),
]
Platform = Annotated[
    str | None,
    Query(
        description="One platform of an index, whose image and layers to show.",
        examples=["linux/arm64"],
        max_length=255,
    ),
]


async def get_runtime(request: Request) -> Runtime:
    """Return the process's runtime."""
    source: RuntimeSource = request.app.state.runtime_source
    return await source.get()


GivenRuntime = Annotated[Runtime, Depends(get_runtime)]


async def get_caller(request: Request, runtime: GivenRuntime) -> Caller:
    """Return who calls; raises Unauthorized for wrong credentials."""
    request.state.sign_in = runtime.sign_in.ways
    return await runtime.sign_in.identify(request)


GivenCaller = Annotated[Caller, Depends(get_caller)]


async def wants_fresh(request: Request) -> bool:
    """Tell whether the browser asked to go around every cache (a forced reload)."""
    asked = request.headers.get("cache-control", "") + request.headers.get("pragma", "")
    return "no-cache" in asked.lower()


Fresh = Annotated[bool, Depends(wants_fresh)]


async def get_reader(caller: GivenCaller) -> Caller:
    """Return a caller who may read something; raises Unauthorized or Denied."""
    if caller.highest_role is None:
        raise refuse_reading(caller)
    return caller


GivenReader = Annotated[Caller, Depends(get_reader)]


@dataclass(frozen=True, slots=True)
class RegistryAccess:
    """A registry that this caller may see."""

    runtime: Runtime
    caller: Caller
    config: "RegistryConfig"

    @property
    def client(self) -> "RegistryClient":
        """The client of the registry."""
        return self.runtime.get_client(self.config.name)


async def read_registry(
    registry: RegistryName, runtime: GivenRuntime, caller: GivenCaller
) -> RegistryAccess:
    """Open a registry for reading; one that the caller may not see is as unknown as any other."""
    if caller.is_anonymous and caller.role is None:
        raise refuse_reading(caller)
    if not caller.can_read(registry):
        raise unknown_registry(registry)
    return RegistryAccess(runtime, caller, runtime.get_config(registry))


ReadRegistry = Annotated[RegistryAccess, Depends(read_registry)]


async def check_repository_name(repo: RepositoryName) -> Repository:
    """Check the name's grammar before anything else happens; raises NameInvalid."""
    return parse_repository(repo)


async def check_tag(tag: TagName) -> Tag:
    """Check the tag's grammar; raises TagInvalid."""
    return parse_tag(tag)


GivenTag = Annotated[Tag, Depends(check_tag)]


async def check_digest(digest: DigestName) -> Digest:
    """Check the digest's grammar; raises DigestInvalid."""
    return parse_digest(digest)


GivenDigest = Annotated[Digest, Depends(check_digest)]


@dataclass(frozen=True, slots=True)
class RepositoryAccess:
    """A repository that this caller may read."""

    registry: RegistryAccess
    name: Repository

    @property
    def client(self) -> "RegistryClient":
        """The client of the repository's registry."""
        return self.registry.client

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.registry.caller


async def read_repository(
    name: Annotated[Repository, Depends(check_repository_name)], registry: ReadRegistry
) -> RepositoryAccess:
    """Open a repository for reading; nothing tells one that is hidden from one that is not."""
    if not registry.caller.can_read(registry.config.name, name):
        raise NameUnknown(f"{registry.config.name} has no repository '{name}'")
    return RepositoryAccess(registry, name)


ReadRepository = Annotated[RepositoryAccess, Depends(read_repository)]


def refuse_reading(caller: Caller) -> Unauthorized | Denied:
    """Make the error of someone who may read nothing at all."""
    if caller.is_anonymous and caller.can_sign_in:
        return Unauthorized("sign in to see anything here")
    if caller.is_anonymous:
        return Denied("nobody may read here: access.anonymous is none and nobody can sign in")
    return Denied("no grant of access.grants lets you see anything here")
