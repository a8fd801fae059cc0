"""``DELETE …/manifests/{digest}``: deletes a manifest, and every tag on it goes with it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.app import create_app
from reglite.api.change import changing, describe_change
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import MANIFEST
from reglite.api.response.answers import answer_change
from reglite.api.schema.documentation import document_change
from reglite.api.schema.parameters import DigestName, RegistryName, RepositoryName
from reglite.reference import parse_digest

router = APIRouter()


@router.delete(
    MANIFEST,
    operation_id="delete_manifest",
    summary="Delete a manifest and all its tags",
    tags=["deletion"],
    response_class=Response,
    responses=document_change("Deletion", "What went."),
)
async def delete_manifest(
    *,
    request: Request,
    registry: RegistryName,
    repo: RepositoryName,
    digest: DigestName,
    plan: Annotated[
        str | None,
        Query(
            description="The plan that was confirmed.",
            max_length=8192,
            json_schema_extra={"format": "plan"},
        ),
    ] = None,
    children: Annotated[
        Literal["keep", "delete"],
        Query(description="What becomes of the plan's `children`."),
    ] = "keep",
) -> Response:
    """Delete by digest.

    With `plan`, nothing is deleted if anything moved since that plan was made (409). Without it,
    the registry's own rule holds: the digest goes, and every tag on it.

    With `plan` and `children=delete`, the plan's `children` go after it, each looked at again right
    before: what a tag or another index holds by then, or what fails, is in `kept_children`. To
    undo, put back what `undo` lists in its order, then the manifest itself.
    """
    from reglite.deletion.removal import delete_by_digest  # noqa: PLC0415 - cold start

    event = describe_change(request, "delete", registry, repo, digest=digest)
    async with changing(request, event) as repository:
        checked = parse_digest(digest)
        deletion = await delete_by_digest(
            repository.client,
            repository.name,
            checked,
            plan=plan,
            with_children=children == "delete",
        )
        event.tags = deletion.tags
        if deletion.children is not None:
            event.children = [manifest.digest for manifest in deletion.children.manifests]
    return answer_change(deletion.to_json())


app = create_app(router)
handler = create_handler(app)
