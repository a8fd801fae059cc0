"""``GET …/manifests/{digest}``: a manifest by its digest."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import DigestName, Platform, RegistryName, RepositoryName
from reglite.reference import parse_digest

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
    registry: RegistryName,
    repo: RepositoryName,
    digest: DigestName,
    platform: Platform = None,
) -> Response:
    """Read by digest what is otherwise read by tag; `reference` is the digest."""
    from reglite.browse.manifest import get_manifest_view  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    checked = parse_digest(digest)
    view = await get_manifest_view(
        repository.client, repository.name, checked, platform=platform, fresh=wants_fresh(request)
    )
    document = view.to_json()
    return answer(request, document, headers={"Docker-Content-Digest": document["digest"]})


app = create_app(router)
handler = create_handler(app)
