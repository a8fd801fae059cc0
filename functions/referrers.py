"""``GET …/manifests/{digest}/referrers``: signatures, SBOMs and the like of a manifest."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import DigestName, RegistryName, RepositoryName
from reglite.reference import parse_digest

router = APIRouter()


@router.get(
    f"{MANIFEST}/referrers",
    operation_id="list_referrers",
    summary="What refers to a manifest",
    tags=["manifests"],
    response_class=Response,
    responses=document_read("Referrers", "The referrers, and cosign's related tags."),
)
async def list_referrers(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    digest: DigestName,
    artifact_type: Annotated[
        str | None, Query(description="Only referrers of this type.", max_length=255)
    ] = None,
) -> Response:
    """Read the referrers API or, where the registry has none, the fallback tag."""
    from reglite.browse.referrers import get_referrers_view  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    checked = parse_digest(digest)
    view = await get_referrers_view(
        repository.client,
        repository.name,
        checked,
        artifact_type=artifact_type,
        fresh=wants_fresh(request),
    )
    return answer(request, view.to_json())


app = create_app(router)
handler = create_handler(app)
