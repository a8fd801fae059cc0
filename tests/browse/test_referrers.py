import asyncio
import json
from typing import Any

import pytest

from reglite import media_types
from reglite.browse.referrers import find_related_tags, get_referrers_view
from reglite.demo.registry import MemoryRegistry
from reglite.errors import NameUnknown
from reglite.reference import Digest, Repository, compute_digest, format_referrers_tag
from reglite.registry.client import RegistryClient
from tests.browse.documents import CREATED, describe, make_digest

REPOSITORY = Repository("team/project/app")
SPDX = "application/spdx+json"
SIGNATURE = "application/vnd.cncf.notary.signature"


def put(registry: MemoryRegistry, document: dict[str, Any], *tags: str) -> Digest:
    raw = json.dumps(document).encode()
    return registry.put_manifest(REPOSITORY, raw, media_types.OCI_MANIFEST, *tags)


@pytest.fixture
def subject(memory_registry: MemoryRegistry) -> Digest:
    """Put an image with an SBOM and a signature, for the API and under the fallback tag."""
    image = put(memory_registry, {"layers": []}, "v1", f"sha256-{'b' * 64}.sig")
    descriptors = []
    for artifact_type in (SPDX, SIGNATURE):
        document = {
            "artifactType": artifact_type,
            "config": describe("{}", 2, media_types.OCI_EMPTY),
            "layers": [],
            "subject": {"mediaType": media_types.OCI_MANIFEST, "digest": image, "size": 13},
            "annotations": {"org.opencontainers.image.created": CREATED, "by": "ana"},
        }
        digest = put(memory_registry, document)
        descriptors.append(
            {
                "mediaType": media_types.OCI_MANIFEST,
                "digest": digest,
                "size": len(json.dumps(document)),
                "artifactType": artifact_type,
                "annotations": document["annotations"],
            }
        )
    index = json.dumps({"schemaVersion": 2, "manifests": descriptors}).encode()
    tag = format_referrers_tag(image)
    memory_registry.put_manifest(REPOSITORY, index, media_types.OCI_INDEX, tag)
    for suffix in ("sig", "att"):
        memory_registry.move_tag(REPOSITORY, f"{tag}.{suffix}", compute_digest(index))
    return image


@pytest.mark.anyio
@pytest.mark.parametrize(("has_api", "source"), [(True, "api"), (False, "tag-schema")])
async def test_referrers_come_by_the_api_or_by_the_fallback_tag(
    memory_registry: MemoryRegistry,
    client: RegistryClient,
    subject: Digest,
    has_api: bool,
    source: str,
) -> None:
    memory_registry.switches.has_referrers = has_api

    view = (await get_referrers_view(client, REPOSITORY, subject)).to_json()

    tag = format_referrers_tag(subject)
    assert view["source"] == source
    assert view["related_tags"] == [f"{tag}.att", f"{tag}.sig"]
    by_type = {referrer["artifact_type"]: referrer for referrer in view["referrers"]}
    assert set(by_type) == {SPDX, SIGNATURE}
    assert set(by_type[SPDX]) == {
        "digest",
        "media_type",
        "artifact_type",
        "size_bytes",
        "annotations",
        "created",
    }
    assert by_type[SPDX]["created"] == CREATED
    assert by_type[SPDX]["annotations"]["by"] == "ana"
    assert by_type[SPDX]["size_bytes"] > 0


@pytest.mark.anyio
@pytest.mark.parametrize("has_api", [True, False])
@pytest.mark.parametrize("applies_filter", [True, False])
async def test_referrers_are_filtered_by_artifact_type_whoever_has_to_do_it(
    memory_registry: MemoryRegistry,
    client: RegistryClient,
    subject: Digest,
    has_api: bool,
    applies_filter: bool,
) -> None:
    memory_registry.switches.has_referrers = has_api
    memory_registry.switches.applies_referrers_filter = applies_filter

    view = await get_referrers_view(client, REPOSITORY, subject, artifact_type=SPDX)

    assert [referrer.artifact_type for referrer in view.referrers] == [SPDX]


@pytest.mark.anyio
@pytest.mark.usefixtures("subject")
@pytest.mark.parametrize("has_api", [True, False])
async def test_an_image_without_referrers_has_an_empty_list(
    memory_registry: MemoryRegistry, client: RegistryClient, has_api: bool
) -> None:
    memory_registry.switches.has_referrers = has_api

    view = await get_referrers_view(client, REPOSITORY, make_digest("other"))

    assert (view.referrers, view.related_tags) == ((), ())


@pytest.mark.anyio
@pytest.mark.parametrize("has_api", [True, False])
async def test_referrers_in_a_repository_that_is_not_there_are_no_empty_list(
    memory_registry: MemoryRegistry, client: RegistryClient, has_api: bool
) -> None:
    memory_registry.switches.has_referrers = has_api

    with pytest.raises(NameUnknown):
        await get_referrers_view(client, Repository("no/such"), make_digest("other"))


@pytest.mark.anyio
@pytest.mark.parametrize("has_api", [True, False])
async def test_a_manifest_whose_repository_lists_no_tags_has_an_empty_list(
    memory_registry: MemoryRegistry, client: RegistryClient, has_api: bool
) -> None:
    memory_registry.switches.has_referrers = has_api
    memory_registry.switches.emptied_tags = "unknown"
    image = put(memory_registry, {"layers": []})

    view = await get_referrers_view(client, REPOSITORY, image)

    assert (view.referrers, view.related_tags) == ((), ())


@pytest.mark.anyio
async def test_fresh_referrers_go_to_the_registry(
    memory_registry: MemoryRegistry, client: RegistryClient, subject: Digest
) -> None:
    memory_registry.switches.has_referrers = False
    assert len((await get_referrers_view(client, REPOSITORY, subject)).referrers) == 2
    memory_registry.put_manifest(
        REPOSITORY, b'{"manifests": []}', media_types.OCI_INDEX, format_referrers_tag(subject)
    )

    assert len((await get_referrers_view(client, REPOSITORY, subject)).referrers) == 2
    assert (await get_referrers_view(client, REPOSITORY, subject, fresh=True)).referrers == ()


@pytest.mark.anyio
async def test_those_who_ask_for_the_same_referrers_at_once_share_the_request(
    memory_registry: MemoryRegistry, client: RegistryClient, subject: Digest
) -> None:
    memory_registry.switches.latency_seconds = {"referrers": 0.05}

    views = await asyncio.gather(
        *(get_referrers_view(client, REPOSITORY, subject) for _ in range(20))
    )

    assert {len(view.referrers) for view in views} == {2}
    assert memory_registry.count_requests("GET", "/referrers/") == 1


def test_related_tags_are_those_of_this_digest_and_not_the_fallback_tag() -> None:
    digest = Digest("sha256:" + "a" * 64)
    own, other = "sha256-" + "a" * 64, "sha256-" + "b" * 64
    tags = [own, f"{own}.sig", f"{own}.sbom", f"{other}.sig", "latest", f"{own}x"]

    assert find_related_tags(tags, digest) == (f"{own}.sbom", f"{own}.sig")
