"""Opens what a request asks for: the runtime, the caller, and a registry or repository to read.

The order is always the same: names are checked, then the caller, and only then is a client made.
Handlers call these; as FastAPI's dependencies they would cost more than reading a manifest does.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from reglite.api.identity.caller import Caller
from reglite.api.runtime import Runtime, RuntimeSource, unknown_registry
from reglite.errors import Denied, NameUnknown, Unauthorized
from reglite.inventory.access_config import Role
from reglite.reference import Repository, parse_repository

if TYPE_CHECKING:
    from reglite.inventory.load import RegistryConfig
    from reglite.registry.client import RegistryClient


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


@dataclass(frozen=True, slots=True)
class RepositoryAccess:
    """A repository that this caller may read."""

    registry: RegistryAccess
    name: Repository

    @property
    def client(self) -> "RegistryClient":
        """The client of the repository's registry."""
        return self.registry.client


async def get_runtime(request: Request) -> Runtime:
    """Return the process's runtime."""
    source: RuntimeSource = request.app.state.runtime_source
    return await source.get()


async def get_caller(request: Request) -> tuple[Runtime, Caller]:
    """Return the runtime and who calls; raises Unauthorized for wrong credentials."""
    runtime = await get_runtime(request)
    request.state.sign_in = runtime.sign_in.ways
    return runtime, await runtime.sign_in.identify(request)


async def get_reader(request: Request) -> tuple[Runtime, Caller]:
    """Return a caller who may read something; raises Unauthorized or Denied."""
    runtime, caller = await get_caller(request)
    if caller.highest_role is None:
        raise refuse_reading(caller)
    return runtime, caller


async def read_registry(request: Request, name: str) -> RegistryAccess:
    """Open a registry; one that the caller may not see is as unknown as any other."""
    runtime, caller = await get_caller(request)
    return open_registry(runtime, caller, name)


async def read_repository(request: Request, registry: str, name: str) -> RepositoryAccess:
    """Open a repository for reading; raises NameInvalid before anything else happens."""
    checked = parse_repository(name)
    return open_repository(await read_registry(request, registry), checked)


def open_registry(runtime: Runtime, caller: Caller, name: str) -> RegistryAccess:
    """Open a registry for a caller; raises RegistryUnknown, Unauthorized or Denied."""
    if caller.is_anonymous and caller.role is None:
        raise refuse_reading(caller)
    if not caller.can_read(name):
        raise unknown_registry(name)
    return RegistryAccess(runtime, caller, runtime.get_config(name))


def open_repository(registry: RegistryAccess, name: Repository) -> RepositoryAccess:
    """Open a repository; nothing is asked of the registry for one that the caller may not see."""
    if not registry.caller.can_read(registry.config.name, name):
        raise NameUnknown(
            f"{registry.config.name} has no repository '{name}' for you: check its name, or "
            "whether a grant of access.grants covers it"
        )
    return RepositoryAccess(registry, name)


def find_role(
    runtime: Runtime, caller: Caller, registry: str | None, repository: Repository | None
) -> Role | None:
    """Return the role in a repository or registry or, without either, the highest anywhere.

    A stranger who may see nothing has none, whatever is named: hidden and absent look alike. Raises
    RegistryUnknown for others, in the words that reading would get.
    """
    if (registry is None and repository is None) or (caller.is_anonymous and caller.role is None):
        return caller.highest_role
    opened = open_registry(runtime, caller, registry or "")
    return caller.get_role(opened.config.name, repository)


def wants_fresh(request: Request) -> bool:
    """Tell whether the browser asked to go around every cache (a forced reload)."""
    asked = request.headers.get("cache-control", "") + request.headers.get("pragma", "")
    return "no-cache" in asked.lower()


def refuse_reading(caller: Caller) -> Unauthorized | Denied:
    """Make the error of someone who may read nothing at all."""
    if caller.is_anonymous and caller.can_sign_in:
        return Unauthorized("sign in to see anything here")
    if caller.is_anonymous:
        return Denied("nobody may read here: access.anonymous is none and nobody can sign in")
    return Denied("no grant of access.grants lets you see anything here")
