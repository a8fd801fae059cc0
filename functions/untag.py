"""``DELETE …/tags/{tag}``: removes one tag and leaves its siblings."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.app import create_app
from reglite.api.change import changing, describe_change
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import TAG
from reglite.api.response.answers import answer_change
from reglite.api.schema.documentation import document_change
from reglite.api.schema.parameters import DIGEST_SCHEMA, RegistryName, RepositoryName, TagName
from reglite.reference import parse_digest, parse_tag

router = APIRouter()


@router.delete(
    TAG,
    operation_id="delete_tag",
    summary="Remove one tag",
    tags=["deletion"],
    response_class=Response,
    responses=document_change("Untagging", "How the tag was removed."),
)
async def delete_tag(
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    tag: TagName,
    digest: Annotated[
        str | None,
        Query(
            description="What the caller saw the tag point at.",
            max_length=256,
            json_schema_extra=DIGEST_SCHEMA,
        ),
    ] = None,
) -> Response:
    """Remove this tag alone; the image and its other tags stay.

    If the tag points elsewhere than at `digest`, nothing is removed (409).
    """
    from reglite.deletion.untag import untag  # noqa: PLC0415 - cold start

    event = describe_change(request, "untag", registry, repo, digest=digest, tags=(tag,))
    async with changing(request, event) as repository:
        expected = None if digest is None else parse_digest(digest)
        untagging = await untag(
            repository.client, repository.name, parse_tag(tag), expected_digest=expected
        )
        event.digest = untagging.digest
    return answer_change(untagging.to_json())


app = create_app(router)
handler = create_handler(app)
