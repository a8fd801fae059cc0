"""``GET …/summaries``: what many tags point at, in one call."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository, wants_fresh
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import REPOSITORY
from reglite.api.response.answers import answer
from reglite.api.schema.documentation import document_read
from reglite.api.schema.parameters import RegistryName, RepositoryName
from reglite.reference import MAX_TAGS

router = APIRouter()


@router.get(
    f"{REPOSITORY}/summaries",
    operation_id="get_summaries",
    summary="What tags point at",
    tags=["repositories"],
    response_class=Response,
    responses=document_read("Summaries", "Summaries, failures, and what the time did not allow."),
)
async def get_summaries(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    tag: Annotated[
        list[str],
        Query(
            min_length=1,
            max_length=MAX_TAGS,
            description=f"A tag, up to {MAX_TAGS} times.",
            examples=["1"],
        ),
    ],
) -> Response:
    """One bad tag never fails the others: it is in `failed`.

    What did not fit in the time budget of 20 s is `pending`: ask for it again.
    """
    from reglite.browse.summary import get_summaries as browse  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    view = await browse(repository.client, repository.name, tag, fresh=wants_fresh(request))
    return answer(request, view.to_json())


app = create_app(router)
handler = create_handler(app)
