import json

import pytest

from reglite.browse.blob import JSON_TYPE, MAX_BLOB_BYTES, TEXT_TYPE, get_text_blob, tell_text_type
from reglite.demo.registry import MemoryRegistry
from reglite.errors import BlobUnknown, Unsupported
from reglite.reference import Repository
from reglite.registry.client import RegistryClient
from tests.browse.documents import make_digest

REPOSITORY = Repository("team/project/app")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"a": 1}', JSON_TYPE),
        (b" [1, 2]\n", JSON_TYPE),
        (b"null", JSON_TYPE),
        ('"кит"'.encode(), JSON_TYPE),
        (b"", TEXT_TYPE),
        (b"name: chart\n", TEXT_TYPE),
        (b'{"a": NaN}', TEXT_TYPE),
        (b"[-Infinity]", TEXT_TYPE),
        (b'{"a":1}\n{"a":2}\n', TEXT_TYPE),
        (b'\xef\xbb\xbf{"a": 1}', TEXT_TYPE),
        (b"[" * 200_000, TEXT_TYPE),
        (b"<script>alert(1)</script>", TEXT_TYPE),
        (b"\x1b[31mred\x1b[0m\r\n\ttext", TEXT_TYPE),
        ("кит".encode(), TEXT_TYPE),
        ('{"a": 1}'.encode("utf-16"), None),
        (b"\xff\xfe", None),
        (b"ustar\0\0\0", None),
        (b"text" * 5000 + b"\0", None),
        (b"\x01\x02\x03", None),
        (b"\x1f\x8b\x08\0", None),
    ],
)
def test_content_is_told_by_what_it_is(content: bytes, media_type: str | None) -> None:
    assert tell_text_type(content) == media_type


@pytest.mark.anyio
async def test_a_json_blob_is_answered_byte_for_byte(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    content = json.dumps({"spdxVersion": "SPDX-2.3"}, indent=3).encode()
    digest = memory_registry.put_blob(REPOSITORY, content)

    blob = await get_text_blob(client, REPOSITORY, digest)

    assert (blob.content, blob.media_type, blob.digest) == (content, JSON_TYPE, digest)


@pytest.mark.anyio
async def test_a_binary_blob_names_the_command_that_fetches_it(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    digest = memory_registry.put_blob(REPOSITORY, b"\x1f\x8b\x08\0")

    with pytest.raises(Unsupported, match=f"oras blob fetch .*memory/{REPOSITORY}@{digest}"):
        await get_text_blob(client, REPOSITORY, digest)


@pytest.mark.anyio
async def test_a_blob_above_4_mib_is_not_read(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    digest = memory_registry.put_blob(REPOSITORY, b"x" * (MAX_BLOB_BYTES + 1))

    with pytest.raises(Unsupported, match="longer than 4 MiB: fetch it with 'oras"):
        await get_text_blob(client, REPOSITORY, digest)


@pytest.mark.anyio
async def test_a_blob_that_is_not_there_is_unknown(
    memory_registry: MemoryRegistry, client: RegistryClient
) -> None:
    memory_registry.put_blob(REPOSITORY, b"other")

    with pytest.raises(BlobUnknown):
        await get_text_blob(client, REPOSITORY, make_digest("none"))
