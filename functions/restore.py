"""``PUT …/manifests/{digest}``: puts a deleted manifest back, under its tags."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.app import create_app
from reglite.api.body import read_body
from reglite.api.change import changing, describe_change
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST
from reglite.api.response.answers import answer_change
from reglite.api.schema.documentation import document_change, document_manifest_body
from reglite.api.schema.parameters import TAG_SCHEMA, DigestName, RegistryName, RepositoryName
from reglite.reference import parse_digest, parse_tag
from reglite.registry.limits import MANIFEST_BYTES

router = APIRouter()


@router.put(
    MANIFEST,
    operation_id="restore_manifest",
    summary="Undo a deletion",
    tags=["deletion"],
    response_class=Response,
    responses=document_change("Restoration", "What came back."),
    openapi_extra=document_manifest_body(),
)
async def restore_manifest(
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    digest: DigestName,
    tag: Annotated[
        list[Annotated[str, Field(json_schema_extra=TAG_SCHEMA)]] | None,
        Query(max_length=1000, description="A tag to put it under, repeatable."),
    ] = None,
) -> Response:
    """Put back exact bytes: their hash must be the digest, their blobs must still be there.

    A tag that exists again is left alone (`kept`). Content-Type is the manifest's media type.
    """
    from reglite.deletion.restore import restore  # noqa: PLC0415 - cold start

    names = tuple(tag or ())
    event = describe_change(request, "restore", registry, repo, digest=digest, tags=names)
    async with changing(request, event) as repository:
        checked, tags = parse_digest(digest), tuple(map(parse_tag, names))
        raw = await read_body(request, max_bytes=MANIFEST_BYTES)
        media_type = request.headers.get("content-type", "")
        restoration = await restore(
            repository.client, repository.name, checked, raw, media_type, tags
        )
        event.tags = restoration.tags
    return answer_change(restoration.to_json())


app = create_app(router)
handler = create_handler(app)
