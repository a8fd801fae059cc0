"""``GET /registries``: every registry that the caller may see; never a secret."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import get_reader
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import REGISTRIES
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_local

if TYPE_CHECKING:
    from reglite.inventory.load import RegistryConfig

router = APIRouter()


@router.get(
    REGISTRIES,
    operation_id="list_registries",
    summary="All registries",
    tags=["registries"],
    response_class=Response,
    responses=document_local("Registries", "The registries of the inventory, in its order."),
)
async def list_registries(request: Request) -> Response:
    """List what the inventory, Docker's config and the command line name; asks no registry.

    Only those where the caller may read something; never a user name or a password.
    """
    runtime, caller = await get_reader(request)
    visible = [c for c in runtime.inventory.registries if caller.can_read(c.name)]
    return answer(request, {"registries": [describe_registry(config) for config in visible]})


def describe_registry(config: "RegistryConfig") -> dict[str, Any]:
    """Return the public settings of a registry."""
    return {
        "name": config.name,
        "url": config.url,
        "pull_host": config.pull_host,
        "source": config.source,
        "auth": config.credential.kind,
        "can_delete": config.can_delete,
        "protect": list(config.protect),
    }


app = create_app(router)
handler = create_handler(app)
