"""The Lambda handler for what no route of the gateway matches: it has no router and knows nothing.

No authorizer stands before it, and the gateway decodes a path once while the adapter does so again:
whatever were in here could be reached by a name that the routes before it don't recognise.
"""

# ruff: noqa: E402 - a cold start begins before FastAPI is imported
from reglite.api import cold_start

cold_start.begin()

from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.runtime import Runtime
from reglite.inventory.load import Inventory

app = create_app(runtime=Runtime(Inventory()))  # whatever the environment says
handler = create_handler(app)
