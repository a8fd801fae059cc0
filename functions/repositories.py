"""``GET …/repositories``: a page of a registry's catalog."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.answers import answer
from reglite.api.app import create_app
from reglite.api.dependencies import Fresh, Last, ReadRegistry, Search
from reglite.api.documentation import document_read
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import REPOSITORIES
from reglite.registry.deadline import deadline
from reglite.registry.limits import CALL_SECONDS

router = APIRouter()


@router.get(
    REPOSITORIES,
    operation_id="list_repositories",
    summary="Repositories of a registry",
    tags=["repositories"],
    response_class=Response,
    responses=document_read("Repositories", "A page of names; `next` leads to the one after it."),
)
async def list_repositories(
    *,
    request: Request,
    registry: ReadRegistry,
    fresh: Fresh,
    n: Annotated[int, Query(ge=1, le=10000, description="Names per page.")] = 100,
    last: Last = None,
    cursor: Annotated[
        str | None, Query(description="Where a `next` goes on; opaque.", max_length=2048)
    ] = None,
    q: Search = None,
) -> Response:
    """List the registry's catalog and the inventory's `repositories:`, where the caller may read.

    A page may be shorter than `n`, or empty, and still have a `next`: follow it as it is.
    """
    from reglite.browse.listing import list_repositories as browse  # noqa: PLC0415 - cold start

    async with deadline(CALL_SECONDS, "the list of repositories"):
        view = await browse(registry.client, n=n, last=last, cursor=cursor, q=q, fresh=fresh)
    document = view.to_json()
    can_read, name = registry.caller.can_read, registry.config.name
    document["repositories"] = [r for r in document["repositories"] if can_read(name, r)]
    return answer(request, document)


app = create_app(router)
handler = create_handler(app)
