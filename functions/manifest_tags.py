"""``GET …/manifests/{digest}/tags``: which tags hold a manifest, and as what."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST_TAGS
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import (
    DigestName,
    RegistryName,
    RepositoryName,
    WalkCursor,
    WhichWalk,
)
from reglite.reference import parse_digest

router = APIRouter()


@router.get(
    MANIFEST_TAGS,
    operation_id="list_manifest_tags",
    summary="The tags that hold a manifest",
    tags=["manifests"],
    response_class=Response,
    responses=document_read("Holders", "The tags, or as many as the time allowed to find."),
)
async def list_manifest_tags(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    digest: DigestName,
    cursor: WalkCursor = None,
    walk: WhichWalk = "new",
) -> Response:
    """Find the tags that name a manifest, or an index that holds it, however deep.

    In a big repository one answer is a part, and `next` completes it.
    """
    from reglite.deletion.holders import find_holders  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    holders = await find_holders(
        repository.client,
        repository.name,
        parse_digest(digest),
        cursor=cursor,
        recalls=walk == "recent",
    )
    return answer(request, holders.to_json(), headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = create_handler(app)
