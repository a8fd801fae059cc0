"""``GET …/blobs/{digest}``: a small JSON or text blob, as nothing else than that."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reglite.api.access import read_repository
from reglite.api.app import create_app
from reglite.api.lambda_adapter import create_handler
from reglite.api.paths import BLOB
from reglite.api.response.answers import answer_text
from reglite.api.schema.documentation import document_blob
from reglite.api.schema.parameters import DigestName, RegistryName, RepositoryName
from reglite.reference import parse_digest

router = APIRouter()


@router.get(
    BLOB,
    operation_id="get_blob",
    summary="A JSON or text blob",
    tags=["manifests"],
    response_class=Response,
    responses=document_blob("An SBOM, provenance, chart metadata: 4 MiB at most."),
)
async def get_blob(
    request: Request, registry: RegistryName, repo: RepositoryName, digest: DigestName
) -> Response:
    """Read a blob as JSON or plain text, never as HTML; its bytes are checked by the digest."""
    from reglite.browse.blob import get_text_blob  # noqa: PLC0415 - cold start

    repository = await read_repository(request, registry, repo)
    checked = parse_digest(digest)
    blob = await get_text_blob(repository.client, repository.name, checked)
    return answer_text(request, blob.content, blob.media_type, checked)


app = create_app(router)
handler = create_handler(app)
