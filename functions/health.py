"""``GET /health``: is this process alive; asks no registry and nobody's name."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite import __version__
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import API
from reglite.api.response.answers import answer
from reglite.api.response.security_headers import SEEN_BY_ALL
from reglite.api.schema.documentation import document_open

router = APIRouter()


@router.get(
    f"{API}/health",
    operation_id="get_health",
    summary="Is RegLite alive?",
    tags=["service"],
    response_class=Response,
    responses=document_open("Health", "It is."),
)
async def get_health(request: Request) -> Response:
    """Open to all, asks no registry and reads no inventory."""
    document = {"status": "ok", "service": "reglite", "version": __version__}
    return answer(request, document, headers=SEEN_BY_ALL)


app = create_app(router)
handler = create_handler(app)
