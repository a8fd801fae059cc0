"""Browsing the real docker-registry, which holds one of each kind."""

from collections.abc import AsyncIterator, Iterator

import pytest

from reglite.browse.listing import list_repositories
from reglite.browse.manifest import ManifestView, get_manifest_view
from reglite.browse.referrers import get_referrers_view
from reglite.browse.status import get_status
from reglite.browse.summary import get_summaries
from reglite.browse.tags import list_tags
from reglite.errors import NameUnknown
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import Repository, parse_digest, parse_repository, parse_tag
from reglite.registry.client import RegistryClient
from tests.support.docker_registry import DockerRegistry
from tests.support.images import CREATED, Pushed, Pusher, push_every_kind

pytestmark = pytest.mark.anyio

REPOSITORY = parse_repository("team/project/app")
KINDS = {
    "oci": "image",
    "docker": "image",
    "index": "index",
    "list": "index",
    "nested": "index",
    "empty": "index",
    "sparse": "index",
    "chart": "chart",
    "artifact": "artifact",
    "signed": "image",
    "undated": "image",
    "zero-date": "image",
    "hostile": "image",
    "deep": "image",
    "zstd": "image",
    "foreign": "image",
    "untyped": "image",
    "t" * 128: "image",
}
PLATFORMS = {
    "oci": ["linux/amd64"],
    "foreign": ["windows/amd64"],
    "index": ["linux/amd64", "linux/arm64/v8"],
    "list": ["linux/amd64", "linux/arm64/v8"],
    "nested": ["linux/amd64", "linux/arm64/v8", "linux/s390x"],
    "sparse": ["linux/amd64", "linux/arm64/v8"],
    "empty": [],
    "chart": [],
    "artifact": [],
}


@pytest.fixture(scope="module")
def registry() -> Iterator[DockerRegistry]:
    """Start a registry of this module's own: its catalog is counted."""
    with DockerRegistry() as registry:
        yield registry


@pytest.fixture(scope="module")
def pushed(registry: DockerRegistry) -> dict[str, Pushed]:
    """Push one of each kind."""
    with registry.client() as client:
        return push_every_kind(Pusher(client, REPOSITORY))


@pytest.fixture
async def client(registry: DockerRegistry, anyio_backend: str) -> AsyncIterator[RegistryClient]:
    """Return a client of that registry."""
    config = RegistryConfig(
        name=registry.host, url=registry.url, source="inventory", pull_host=registry.host
    )
    client = RegistryClient(config)
    yield client
    await client.aclose()


async def view(client: RegistryClient, tag: str, platform: str | None = None) -> ManifestView:
    return await get_manifest_view(client, REPOSITORY, parse_tag(tag), platform=platform)


@pytest.mark.parametrize(("tag", "kind"), KINDS.items())
async def test_every_kind_is_told_and_keeps_its_bytes(
    client: RegistryClient, pushed: dict[str, Pushed], tag: str, kind: str
) -> None:
    shown = await view(client, tag)

    assert (shown.kind, shown.digest) == (kind, pushed[tag].digest)
    assert shown.raw.encode() == pushed[tag].raw
    assert shown.manifest_bytes == len(pushed[tag].raw)
    assert shown.media_type == pushed[tag].media_type
    if tag in PLATFORMS:
        assert [row.platform for row in shown.platforms] == PLATFORMS[tag]


async def test_every_tag_can_be_summarised(
    client: RegistryClient, pushed: dict[str, Pushed]
) -> None:
    listed = await list_tags(client, REPOSITORY)
    assert list(listed.tags) == sorted(pushed)
    assert listed.hidden == 2

    summaries = await get_summaries(client, REPOSITORY, listed.tags)

    assert (summaries.failed, summaries.pending) == ((), ())
    found = {item.tag: item.overview for item in summaries.summaries}
    assert {tag: overview.kind for tag, overview in found.items()} == KINDS
    for tag, overview in found.items():
        shown = await view(client, tag)
        assert (overview.size_bytes, overview.created) == (shown.size_bytes, shown.created)


async def test_sizes_are_those_of_the_distinct_blobs(
    client: RegistryClient, pushed: dict[str, Pushed]
) -> None:
    for tag in ("oci", "docker", "deep", "chart", "artifact", "foreign"):
        document = pushed[tag].document
        blobs = {blob["digest"]: blob["size"] for blob in document["layers"]}
        blobs[document["config"]["digest"]] = document["config"]["size"]
        assert (await view(client, tag)).size_bytes == sum(blobs.values())
    assert (await view(client, "empty")).size_bytes == 0


@pytest.mark.parametrize("tag", ["undated", "zero-date", "empty"])
@pytest.mark.usefixtures("pushed")
async def test_dates_that_mean_nothing_are_absent(client: RegistryClient, tag: str) -> None:
    assert (await view(client, tag)).created is None


@pytest.mark.parametrize("tag", ["oci", "docker", "index", "list", "nested", "chart", "artifact"])
@pytest.mark.usefixtures("pushed")
async def test_dates_come_from_config_children_or_annotation(
    client: RegistryClient, tag: str
) -> None:
    assert (await view(client, tag)).created == CREATED


async def test_each_layer_has_the_command_that_made_it(
    client: RegistryClient, pushed: dict[str, Pushed]
) -> None:
    shown = await view(client, "deep")

    assert shown.image is not None
    steps = [step for step in shown.image.history if step.layer is not None]
    assert [step.layer for step in steps] == [layer.digest for layer in shown.layers]
    assert [step.created_by for step in steps] == [f"RUN make layer-{n}" for n in range(60)]


async def test_attestations_stand_under_their_platform(
    client: RegistryClient, pushed: dict[str, Pushed]
) -> None:
    entries = pushed["index"].document["manifests"]

    shown = await view(client, "index")

    assert {row.digest: list(row.attestations) for row in shown.platforms} == {
        entries[0]["digest"]: [entries[2]["digest"]],
        entries[1]["digest"]: [entries[3]["digest"]],
    }
    attestation = await get_manifest_view(client, REPOSITORY, parse_digest(entries[2]["digest"]))
    assert (attestation.kind, attestation.platforms) == ("attestation", ())


@pytest.mark.usefixtures("pushed")
async def test_a_platform_of_the_list_is_shown_with_the_lists_digest(
    client: RegistryClient, pushed: dict[str, Pushed]
) -> None:
    shown = await view(client, "list", "linux/arm64/v8")

    assert shown.digest == pushed["list"].digest
    assert shown.image is not None
    assert shown.image.architecture == "arm64"
    assert shown.layers


@pytest.mark.usefixtures("pushed")
async def test_the_child_that_was_deleted_adds_no_bytes(client: RegistryClient) -> None:
    shown = await view(client, "sparse")

    present, missing = shown.platforms
    assert (missing.size_bytes, missing.created) == (0, None)
    assert shown.size_bytes == present.size_bytes


async def test_a_signed_image_has_its_referrer_and_its_signature_tag(
    client: RegistryClient, pushed: dict[str, Pushed]
) -> None:
    digest = pushed["signed"].digest

    found = await get_referrers_view(client, REPOSITORY, digest)

    assert found.source == "tag-schema"
    assert [referrer.artifact_type for referrer in found.referrers] == ["application/spdx+json"]
    assert found.related_tags == (f"{digest.replace(':', '-')}.sig",)
    assert (await view(client, found.related_tags[0])).kind == "signature"


@pytest.mark.usefixtures("pushed")
async def test_the_catalog_and_the_status_are_those_of_2_8(client: RegistryClient) -> None:
    assert (await list_repositories(client)).repositories == (REPOSITORY,)

    status = await get_status(client)

    assert status.status == "online"
    assert status.to_json()["capabilities"] == {
        "catalog": True,
        "referrers": False,
        "delete": True,
        "untag": False,
    }


@pytest.mark.usefixtures("pushed")
async def test_a_repository_that_nobody_pushed_is_unknown(client: RegistryClient) -> None:
    with pytest.raises(NameUnknown):
        await list_tags(client, Repository("team/nothing"))


async def test_the_inventorys_repositories_stand_beside_the_catalog(
    registry: DockerRegistry, pushed: dict[str, Pushed]
) -> None:
    config = RegistryConfig(
        name="real",
        url=registry.url,
        source="inventory",
        pull_host=registry.host,
        repositories=(Repository("alpha/beta"), REPOSITORY, Repository("zeta")),
    )
    client = RegistryClient(config)
    listed = await list_repositories(client)
    await client.aclose()

    assert listed.repositories == ("alpha/beta", REPOSITORY, "zeta")


async def test_disabled_deletion_is_told_with_the_setting_that_enables_it(
    undeletable_docker_registry: DockerRegistry, repository: str
) -> None:
    registry = undeletable_docker_registry
    with registry.client() as pushing:
        Pusher(pushing, repository).push_image("v1")
    config = RegistryConfig(
        name="real", url=registry.url, source="inventory", pull_host=registry.host
    )
    client = RegistryClient(config)
    status = await get_status(client)
    await client.aclose()

    assert status.capabilities.delete is False
    assert any("REGISTRY_STORAGE_DELETE_ENABLED=true" in hint for hint in status.hints)


async def test_a_registry_behind_htpasswd_is_unauthorized_without_a_password(
    secured_docker_registry: DockerRegistry,
) -> None:
    config = RegistryConfig(
        name="real", url=secured_docker_registry.url, source="inventory", pull_host="real"
    )
    client = RegistryClient(config)
    status = await get_status(client)
    await client.aclose()

    assert status.status == "unauthorized"
    assert "username: and password:" in status.hints[0]


AWAY = {"storage": [{"name": "redirect", "options": {"baseurl": "http://127.0.0.1:9/"}}]}


async def test_storage_out_of_reach_is_named_and_the_manifest_is_shown_alone(
    repository: str,
) -> None:
    with DockerRegistry(settings={"middleware": AWAY}) as registry, registry.client() as pushing:
        pushed = Pusher(pushing, repository).push_image("v1")
        config = RegistryConfig(
            name="real", url=registry.url, source="inventory", pull_host=registry.host
        )
        client = RegistryClient(config)
        try:
            view = await get_manifest_view(client, parse_repository(repository), parse_tag("v1"))
            listed = await get_summaries(client, parse_repository(repository), ["v1"])
        finally:
            await client.aclose()

    document = pushed.document
    assert [layer.size_bytes for layer in view.layers] == [
        layer["size"] for layer in document["layers"]
    ]
    assert view.size_bytes == sum(
        part["size"] for part in (document["config"], *document["layers"])
    )
    assert [summary.overview.unread for summary in listed.summaries] == [view.unread]
    (unread,) = view.unread
    assert (unread.digest, unread.code) == (pushed.digest, "REGISTRY_UNREACHABLE")
    assert "127.0.0.1:9, which can't be reached" in unread.message
    assert "storage.redirect.disable" in unread.message
