"""``GET …/manifests/{digest}/deletion-plan``: what a deletion would take with it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST
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
    f"{MANIFEST}/deletion-plan",
    operation_id="get_deletion_plan",
    summary="What a deletion would take",
    tags=["deletion"],
    response_class=Response,
    responses=document_read("Plan", "The plan, or as much of it as the time allowed."),
)
async def get_deletion_plan(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    digest: DigestName,
    cursor: WalkCursor = None,
    walk: WhichWalk = "new",
) -> Response:
    """Find every tag, parent and referrer of a manifest.

    In a big repository one answer is a part: it is not `allowed` yet, and `next` completes it.
    """
    from reglite.deletion.plan import make_plan  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    checked = parse_digest(digest)
    plan = await make_plan(
        repository.client, repository.name, checked, cursor=cursor, recalls=walk == "recent"
    )
    return answer(request, plan.to_json(), headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = create_handler(app)
