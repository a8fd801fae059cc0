"""``GET …/tags/{tag}/manifest``: the manifest a tag points at."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import TAG
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import Platform, RegistryName, RepositoryName, TagName
from reglite.reference import parse_tag

router = APIRouter()


@router.get(
    f"{TAG}/manifest",
    operation_id="get_manifest",
    summary="Manifest of a tag",
    tags=["manifests"],
    response_class=Response,
    responses=document_read("Manifest", "The manifest, its image and its layers."),
)
async def get_manifest(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    tag: TagName,
    platform: Platform = None,
) -> Response:
    """For an index, `image` and `layers` are null and empty unless `platform` names one.

    `digest`, `raw` and `Docker-Content-Digest` are always those of the manifest itself.
    """
    from reglite.browse.manifest import get_manifest_view  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    view = await get_manifest_view(
        repository.client,
        repository.name,
        parse_tag(tag),
        platform=platform,
        fresh=wants_fresh(request),
    )
    document = view.to_json()
    return answer(request, document, headers={"Docker-Content-Digest": document["digest"]})


app = create_app(router)
handler = create_handler(app)
