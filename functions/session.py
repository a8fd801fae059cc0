"""``GET /session``: who the caller is, in which role, and how to sign in."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import get_caller
from reglite.api.answers import answer
from reglite.api.app import create_app
from reglite.api.documentation import document_local
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import API

router = APIRouter()


@router.get(
    f"{API}/session",
    operation_id="get_session",
    summary="Who am I?",
    tags=["service"],
    response_class=Response,
    responses=document_local("Session", "The caller, and how to sign in."),
)
async def get_session(request: Request) -> Response:
    """Answers everyone; `role` is the highest that the caller has anywhere.

    `sign_in` lists the ways in: a bearer token, or basic with user name and password.
    """
    runtime, caller = await get_caller(request)
    proxy = runtime.inventory.access.proxy
    document = {
        "user": caller.user,
        "role": caller.highest_role,
        "sign_in": list(runtime.sign_in.ways),
        "sign_out_url": proxy.sign_out_url if proxy and caller.kind == "proxy" else None,
    }
    return answer(request, document, headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = create_handler(app)
