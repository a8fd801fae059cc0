"""``GET …/manifests/{digest}``: a manifest by its digest."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.answers import answer
from reglite.api.app import create_app
from reglite.api.dependencies import Fresh, GivenDigest, Platform, ReadRepository
from reglite.api.documentation import document_read
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST

router = APIRouter()


@router.get(
    MANIFEST,
    operation_id="get_manifest_by_digest",
    summary="Manifest by digest",
    tags=["manifests"],
    response_class=Response,
    responses=document_read("Manifest", "The manifest, its image and its layers."),
)
async def get_manifest_by_digest(
    *,
    request: Request,
    repository: ReadRepository,
    digest: GivenDigest,
    fresh: Fresh,
    platform: Platform = None,
) -> Response:
    """Read by digest what is otherwise read by tag; `reference` is the digest."""
    from reglite.browse.manifest import get_manifest_view  # noqa: PLC0415 - cold start

    view = await get_manifest_view(
        repository.client, repository.name, digest, platform=platform, fresh=fresh
    )
    document = view.to_json()
    return answer(request, document, headers={"Docker-Content-Digest": document["digest"]})


app = create_app(router)
handler = create_handler(app)
