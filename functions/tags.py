"""``GET …/tags``: a page of a repository's tags."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import TAGS
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import Last, RegistryName, RepositoryName, Search

router = APIRouter()


@router.get(
    TAGS,
    operation_id="list_tags",
    summary="Tags of a repository",
    tags=["repositories"],
    response_class=Response,
    responses=document_read("Tags", "A page of names, sorted by code point."),
)
async def list_tags(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    n: Annotated[int, Query(ge=1, le=10000, description="Names per page.")] = 1000,
    last: Last = None,
    q: Search = None,
    all: Annotated[  # noqa: A002 - the API's name
        bool, Query(description="With signature and fallback tags (`sha256-<hex>…`).")
    ] = False,
) -> Response:
    """List the names alone; `summaries` tells what they point at.

    `hidden` counts the signature and fallback tags that were left out.
    """
    from reglite.browse.tags import list_tags as browse  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    view = await browse(
        repository.client,
        repository.name,
        n=n,
        last=last,
        q=q,
        include_all=all,
        fresh=wants_fresh(request),
    )
    return answer(request, view.to_json())


app = create_app(router)
handler = create_handler(app)
