"""The Lambda handler for names that the gateway can't tell apart: every function in the same zip.

Its gateway matches paths by their number of parts; a repository's name may have any. So one route
per method catches what no other does, and the routers themselves read the path, as on a laptop.
"""

# ruff: noqa: E402 - a cold start begins before FastAPI is imported
from reglite.api import cold_start

cold_start.begin()

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.lambda_adapter import create_handler

app = create_app(*load_routers())
handler = create_handler(app)
