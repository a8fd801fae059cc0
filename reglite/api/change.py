"""What every deletion and restoration goes through: who may, from which page, and the audit line.

Everything that stops the caller is inside, so that a refusal leaves its line too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from reglite.api.access import (
    RepositoryAccess,
    get_caller,
    get_runtime,
    open_registry,
    open_repository,
)
from reglite.api.identity.address import get_place
from reglite.api.identity.caller import Caller
from reglite.api.identity.origin import check_state_changing
from reglite.api.identity.peer import get_peer_address
from reglite.deletion.audit import Action, AuditEvent, recording
from reglite.errors import Denied, Unauthorized
from reglite.reference import parse_repository


def describe_change(
    request: Request,
    action: Action,
    registry: str,
    repository: str,
    *,
    digest: str | None = None,
    tags: tuple[str, ...] = (),
) -> AuditEvent:
    """Begin the audit line with what was asked for, before anything of it is checked."""
    address = get_peer_address(request)
    return AuditEvent(action, None, address, registry, repository, digest, tags)


@asynccontextmanager
async def changing(request: Request, event: AuditEvent) -> AsyncIterator[RepositoryAccess]:
    """Open the event's repository to a maintainer; raises Unauthorized, Denied and the like.

    The audit line is written when the block ends, however it ends.
    """
    runtime = await get_runtime(request)
    event.address = runtime.sign_in.get_client_address(request)
    event.stranger = get_place(event.address)
    with recording(event, runtime.refusals):
        name = parse_repository(event.repository)
        _, caller = await get_caller(request)
        event.who = caller.audit_name
        event.stranger = event.stranger if caller.is_anonymous else None
        check_state_changing(
            request.headers,
            has_our_token=caller.kind == "token",
            origins=runtime.inventory.access.origins,
        )
        repository = open_repository(open_registry(runtime, caller, event.registry), name)
        if not caller.can_change(event.registry, name):
            raise refuse_changing(caller)
        yield repository


def refuse_changing(caller: Caller) -> Unauthorized | Denied:
    """Make the error of someone who may not delete or restore here."""
    if caller.is_anonymous and caller.can_sign_in:
        return Unauthorized("sign in as a maintainer to delete or restore here")
    if caller.is_anonymous:
        return Denied(
            "nobody may delete or restore here: in the inventory, give access.tokens, "
            "access.htpasswd or access.proxy, and somebody the role maintainer"
        )
    return Denied("your role here is viewer: only a maintainer deletes and restores")
