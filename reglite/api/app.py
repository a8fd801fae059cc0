"""The app factory: the same for one function on AWS Lambda and for all of them on a laptop."""

from fastapi import APIRouter, FastAPI

from reglite import __version__
from reglite.api.response.envelope import Envelope
from reglite.api.response.errors import install_error_handlers
from reglite.api.runtime import Runtime, RuntimeSource


def create_app(*routers: APIRouter, runtime: Runtime | None = None) -> FastAPI:
    """Compose an app out of routers, in whatever order.

    Without a runtime, one is loaded from the environment by the first request that needs it.
    The OpenAPI document is not served here: ``reglite.api.schema.openapi`` builds it.
    """
    app = FastAPI(
        title="RegLite",
        version=__version__,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    source = RuntimeSource(runtime)
    app.state.runtime_source = source
    app.add_middleware(Envelope, source=source)
    install_error_handlers(app)
    for router in routers:
        app.router.routes.extend(router.routes)
    return app
