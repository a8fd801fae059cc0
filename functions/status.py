"""``GET /registries/{registry}/status``: how a registry is, and what to change."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.answers import answer
from reglite.api.app import create_app
from reglite.api.dependencies import ReadRegistry
from reglite.api.documentation import document_local
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import REGISTRY

router = APIRouter()


@router.get(
    f"{REGISTRY}/status",
    operation_id="get_status",
    summary="How is a registry?",
    tags=["registries"],
    response_class=Response,
    responses=document_local("Status", "How it is; 200 also for one that is down."),
)
async def get_status(request: Request, registry: ReadRegistry) -> Response:
    """Ask the registry; name the credential's source and never the credential.

    A capability that is null is not known yet.
    """
    from reglite.browse.status import get_status as browse  # noqa: PLC0415 - cold start

    view = await browse(registry.client)
    return answer(request, view.to_json(), headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = create_handler(app)
