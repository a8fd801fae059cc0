"""``GET /session``: who the caller is, in which role, and how to sign in."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import find_role, get_caller
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import API
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_local
from reglite.api.schema.parameters import REPOSITORY_SCHEMA
from reglite.reference import parse_repository

router = APIRouter()


@router.get(
    f"{API}/session",
    operation_id="get_session",
    summary="Who am I?",
    tags=["service"],
    response_class=Response,
    responses=document_local("Session", "The caller, and how to sign in."),
)
async def get_session(
    request: Request,
    registry: Annotated[
        str | None,
        Query(description="Ask for the role in this registry.", examples=["88.88.88.88:5000"]),
    ] = None,
    repository: Annotated[
        str | None,
        Query(
            description="Ask for the role in this repository of `registry`.",
            examples=["team/project/app"],
            json_schema_extra=REPOSITORY_SCHEMA,
        ),
    ] = None,
) -> Response:
    """Answers everyone; `role` is the highest that the caller has anywhere, or in what is named.

    A registry that is not there, or hidden from whoever signed in, is 404; whether a repository
    exists is not looked at. `sign_in` lists the ways in: a bearer token, or basic with user name
    and password.
    """
    name = None if repository is None else parse_repository(repository)
    runtime, caller = await get_caller(request)
    proxy = runtime.inventory.access.proxy
    document = {
        "user": caller.user,
        "role": find_role(runtime, caller, registry, name),
        "sign_in": list(runtime.sign_in.ways),
        "sign_out_url": proxy.sign_out_url if proxy and caller.kind == "proxy" else None,
    }
    return answer(request, document, headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = create_handler(app)
