"""``GET …/repositories``: a page of a registry's catalog."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_registry, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import REPOSITORIES
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import Last, RegistryName, Search

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
    registry: RegistryName,
    n: Annotated[int, Query(ge=1, le=10000, description="Names per page.")] = 100,
    last: Last = None,
    cursor: Annotated[
        str | None,
        Query(
            description="Where a `next` goes on; opaque.",
            max_length=8192,
            json_schema_extra={"format": "catalog-cursor"},
        ),
    ] = None,
    q: Search = None,
) -> Response:
    """List the registry's catalog and the inventory's `repositories:`, where the caller may read.

    A page may be shorter than `n`, or empty, and still have a `next`: follow it as it is.
    """
    opened, fresh = await read_registry(request, registry), wants_fresh(request)
    if not opened.caller.can_read_all(registry):
        from reglite.api.visible import list_visible  # noqa: PLC0415 - cold start

        return answer(request, await list_visible(opened, n=n, last=last, q=q, fresh=fresh))
    from reglite.browse.listing import list_repositories as browse  # noqa: PLC0415

    view = await browse(opened.client, n=n, last=last, cursor=cursor, q=q, fresh=fresh)
    return answer(request, view.to_json())


app = create_app(router)
handler = create_handler(app)
