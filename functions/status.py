"""``GET /registries/{registry}/status``: how a registry is, and what to change."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_registry, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import REGISTRY
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_local
from reglite.api.schema.parameters import RegistryName

router = APIRouter()


@router.get(
    f"{REGISTRY}/status",
    operation_id="get_status",
    summary="How is a registry?",
    tags=["registries"],
    response_class=Response,
    responses=document_local("Status", "How it is; 200 also for one that is down."),
)
async def get_status(request: Request, registry: RegistryName) -> Response:
    """Ask the registry; name the credential's source and never the credential.

    A capability that is null is not known yet; what is known is remembered for ten minutes.
    """
    from reglite.browse.status import get_status as browse  # noqa: PLC0415 - cold start

    opened = await read_registry(request, registry)
    path = opened.runtime.inventory.path
    view = await browse(opened.client, path=path, fresh=wants_fresh(request))
    return answer(request, view.to_json(), headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = create_handler(app)
