"""Every answer of the API as a pydantic model: for OpenAPI and the tests, never on a hot path."""

from reglite.api.schema.deletion import Deletion, Holders, Plan, Restoration, Untagging
from reglite.api.schema.listing import Repositories, Summaries, Tags
from reglite.api.schema.manifest import Manifest, Referrers
from reglite.api.schema.parts import Answer
from reglite.api.schema.registry import Registries, Status
from reglite.api.schema.service import Errors, Health, Session

ANSWERS: tuple[type[Answer], ...] = (
    Errors,
    Health,
    Session,
    Registries,
    Status,
    Repositories,
    Tags,
    Summaries,
    Manifest,
    Referrers,
    Plan,
    Holders,
    Deletion,
    Untagging,
    Restoration,
)
