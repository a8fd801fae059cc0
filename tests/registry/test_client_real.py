"""The client against the real docker-registry: open, behind htpasswd and behind a token server."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from reglite import media_types
from reglite.demo.switches import Switches
from reglite.errors import (
    BlobUnknown,
    Denied,
    ManifestUnknown,
    NameUnknown,
    RegistryTimeout,
    RegistryUnreachable,
    Unsupported,
)
from reglite.reference import Repository, Tag, compute_digest
from tests.registry.clients import APP, EMPTY_INDEX, V1, MakeClient, make_credential
from tests.support.docker_registry import DockerRegistry
from tests.support.images import Pusher, push_every_kind
from tests.support.token_server import TokenServer

pytestmark = pytest.mark.anyio

MakeRegistry = Callable[..., DockerRegistry]


def make_login(registry: DockerRegistry) -> dict[str, object]:
    assert registry.auth is not None
    return {"credential": make_credential(*registry.auth)}


async def test_every_kind_of_manifest_comes_as_it_was_pushed(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    pushed = push_every_kind(pusher)
    client = make_client(docker_registry.url)
    for tag, expected in pushed.items():
        head = await client.head_manifest(repository, Tag(tag), fresh=True)
        manifest = await client.get_manifest(repository, Tag(tag), fresh=True)
        assert (head.digest, head.media_type) == (expected.digest, expected.media_type)
        assert head.size_bytes == len(expected.raw)
        assert (manifest.digest, manifest.raw) == (expected.digest, expected.raw)
        assert manifest.media_type == expected.media_type
        by_digest = await client.get_manifest(repository, expected.digest, fresh=True)
        assert by_digest.raw == expected.raw
    assert set(pushed) <= set(await client.list_tags(repository))
    assert repository in await client.list_all_repositories(fresh=True)


async def test_multi_arch_tag_is_the_index_and_its_deletion_takes_the_index_only(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    index = pusher.push_manifest_list("latest")
    client = make_client(docker_registry.url)
    manifest = await client.get_manifest(repository, Tag("latest"))
    assert (manifest.media_type, manifest.digest) == (
        media_types.DOCKER_MANIFEST_LIST,
        index.digest,
    )
    await client.delete_manifest(repository, manifest.digest)
    with pytest.raises(ManifestUnknown):
        await client.get_manifest(repository, Tag("latest"))
    for child in manifest.document["manifests"]:
        assert (await client.get_manifest(repository, child["digest"])).raw


async def test_blobs_are_read_and_missing_ones_are_told(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    image = pusher.push_image("v1")
    client = make_client(docker_registry.url)
    config = image.document["config"]
    raw = await client.get_blob(repository, config["digest"], max_bytes=100_000)
    assert compute_digest(raw) == config["digest"]
    with pytest.raises(BlobUnknown):
        await client.get_blob(repository, compute_digest(b"absent"), max_bytes=100)
    broken = image.raw.replace(config["digest"].encode(), compute_digest(b"absent").encode())
    with pytest.raises(BlobUnknown):
        await client.put_manifest(repository, Tag("v2"), broken, image.media_type)


async def test_absent_things_are_told_apart(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    pusher.push_image("v1")
    client = make_client(docker_registry.url)
    with pytest.raises(NameUnknown):
        await client.list_tags(Repository(f"{repository}/none"))
    with pytest.raises(ManifestUnknown):
        await client.get_manifest(repository, Tag("none"))
    with pytest.raises(ManifestUnknown):
        await client.delete_manifest(repository, compute_digest(b"absent"))
    with pytest.raises(Unsupported):
        await client.delete_tag(repository, V1)
    assert await client.list_tags(repository) == ("v1",)


async def test_emptied_repository_has_no_tags(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    image = pusher.push_image("v1", "v2")
    client = make_client(docker_registry.url)
    assert sorted(await client.list_tags(repository)) == ["v1", "v2"]
    await client.delete_manifest(repository, image.digest)
    assert await client.list_tags(repository) == ()
    assert repository in await client.list_all_repositories(fresh=True)


async def test_capabilities_are_told_and_nothing_is_changed(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    image = pusher.push_image("v1")
    client = make_client(docker_registry.url)
    assert await client.can_delete() is True
    assert await client.can_delete(repository) is True
    assert await client.can_untag(repository) is False
    assert await client.has_referrers(repository) is False
    assert (await client.head_manifest(repository, V1, fresh=True)).digest == image.digest
    assert (await client.ping()).server == "distribution"


async def test_disabled_deletion_is_told(
    make_client: MakeClient, undeletable_docker_registry: DockerRegistry, repository: Repository
) -> None:
    client = make_client(undeletable_docker_registry.url)
    assert await client.can_delete(repository) is False
    assert await client.can_untag(repository) is False
    digest = await client.put_manifest(repository, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    with pytest.raises(Unsupported, match="deletion is disabled"):
        await client.delete_manifest(repository, digest)
    assert (await client.get_manifest(repository, V1, fresh=True)).digest == digest


async def test_referrers_come_from_the_fallback_tag(
    make_client: MakeClient, docker_registry: DockerRegistry, pusher: Pusher, repository: Repository
) -> None:
    image = pusher.push_image("v1")
    referrer = pusher.push_referrer(image)
    client = make_client(docker_registry.url)
    found = await client.list_referrers(repository, image.digest)
    assert found.source == "tag-schema"
    assert [item.digest for item in found.descriptors] == [referrer.digest]


async def test_catalog_is_walked_and_its_page_size_lowered(
    make_client: MakeClient, make_docker_registry: MakeRegistry
) -> None:
    registry = make_docker_registry()
    names = sorted(f"team/app{number:02}" for number in range(12))
    with registry.client() as http:
        for name in names:
            Pusher(http, name).push_image("v1")
    client = make_client(registry.url)
    assert sorted((await client.list_repositories(n=5000)).items) == names
    found: list[str] = []
    cursor = None
    while True:
        page = await client.list_repositories(n=5, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert sorted(found) == names
    assert sorted(await client.list_all_repositories()) == names


async def test_htpasswd_lets_in_who_knows_the_password(
    make_client: MakeClient, secured_docker_registry: DockerRegistry, repository: Repository
) -> None:
    registry = secured_docker_registry
    client = make_client(registry.url, **make_login(registry))
    assert (await client.ping()).has_challenged
    digest = await client.put_manifest(repository, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    assert (await client.get_manifest(repository, V1)).digest == digest
    await client.delete_manifest(repository, digest)


@pytest.mark.parametrize("login", [{}, {"credential": make_credential("ana", "wrong")}])
async def test_htpasswd_keeps_everybody_else_out(
    make_client: MakeClient, secured_docker_registry: DockerRegistry, login: dict[str, object]
) -> None:
    client = make_client(secured_docker_registry.url, **login)
    with pytest.raises(Denied):
        await client.ping()
    with pytest.raises(Denied):
        await client.list_repositories(n=10)


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    """Run a token server of this test's own."""
    with TokenServer() as server:
        yield server


async def test_token_server_grants_what_each_call_needs(
    make_client: MakeClient, make_docker_registry: MakeRegistry, token_server: TokenServer
) -> None:
    registry = make_docker_registry(token=token_server.auth)
    switches = token_server.switches
    login = make_credential(switches.username, switches.password)
    client = make_client(registry.url, credential=login)
    await client.ping()
    digest = await client.put_manifest(APP, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    assert (await client.get_manifest(APP, V1, fresh=True)).digest == digest
    assert await client.list_tags(APP) == ("v1",)
    await client.list_repositories(n=10)
    assert await client.can_delete(APP) is True
    await client.delete_manifest(APP, digest)
    before = len(token_server.requests)
    reads = (client.list_tags(APP, fresh=True) for _ in range(20))
    assert await asyncio.gather(*reads) == [()] * 20
    assert len(token_server.requests) == before


async def test_anonymous_token_reads_and_may_not_delete(
    make_client: MakeClient, make_docker_registry: MakeRegistry, token_server: TokenServer
) -> None:
    registry = make_docker_registry(token=token_server.auth)
    switches = token_server.switches
    switches.is_pull_anonymous = True
    owner = make_client(
        registry.url, credential=make_credential(switches.username, switches.password)
    )
    digest = await owner.put_manifest(APP, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    client = make_client(registry.url)
    assert (await client.get_manifest(APP, V1)).digest == digest
    with pytest.raises(Denied):
        await client.delete_manifest(APP, digest)
    assert await client.can_delete(APP) is None
    assert (await owner.head_manifest(APP, V1, fresh=True)).digest == digest


async def test_identity_token_is_exchanged(
    make_client: MakeClient, make_docker_registry: MakeRegistry
) -> None:
    switches = Switches(auth="bearer", identity_token="r3fresh")
    with TokenServer(switches) as server:
        registry = make_docker_registry(token=server.auth)
        client = make_client(registry.url, credential=make_credential("<token>", "", "r3fresh"))
        await client.put_manifest(APP, V1, EMPTY_INDEX, media_types.OCI_INDEX)
        assert {request.method for request in server.requests} == {"POST"}
        switches.token_post_status = 404
        await client.list_repositories(n=10)
        assert [request.method for request in server.requests[-2:]] == ["POST", "GET"]


async def test_token_that_expires_between_calls_is_replaced(
    make_client: MakeClient, make_docker_registry: MakeRegistry, token_server: TokenServer
) -> None:
    registry = make_docker_registry(token=token_server.auth)
    switches = token_server.switches
    login = make_credential(switches.username, switches.password)
    client = make_client(registry.url, credential=login)
    await client.put_manifest(APP, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    token_server.age_seconds = switches.token_seconds + 3600
    with pytest.raises(Denied):
        await client.list_tags(APP)
    token_server.age_seconds = 0
    assert await client.list_tags(APP) == ("v1",)


async def test_stopped_registry_is_unreachable_and_comes_back(
    make_client: MakeClient, make_docker_registry: MakeRegistry
) -> None:
    registry = make_docker_registry()
    client = make_client(registry.url)
    await client.put_manifest(APP, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    registry.stop()
    with pytest.raises(RegistryUnreachable):
        await client.get_manifest(APP, V1, fresh=True)
    registry.start()
    assert (await client.get_manifest(APP, V1, fresh=True)).raw == EMPTY_INDEX


async def test_frozen_registry_is_a_timeout_and_comes_back(
    make_client: MakeClient, make_docker_registry: MakeRegistry
) -> None:
    registry = make_docker_registry()
    client, hasty = make_client(registry.url), make_client(registry.url, timeout_seconds=0.3)
    await client.ping()
    registry.freeze()
    with pytest.raises(RegistryTimeout):
        await hasty.ping()
    registry.thaw()
    assert (await client.ping()).server == "distribution"


async def test_registry_under_a_path_prefix_works(
    make_client: MakeClient, make_docker_registry: MakeRegistry
) -> None:
    registry = make_docker_registry(prefix="/registry/")
    client = make_client(registry.url)
    await client.put_manifest(APP, V1, EMPTY_INDEX, media_types.OCI_INDEX)
    assert await client.list_tags(APP) == ("v1",)


async def test_loopback_host_of_dockers_config_is_found_on_http(
    make_client: MakeClient, secured_docker_registry: DockerRegistry, repository: Repository
) -> None:
    registry = secured_docker_registry
    url = registry.url.replace("http:", "https:")
    client = make_client(url, http_fallback=True, **make_login(registry))
    ping = await client.ping()
    assert (ping.is_http, ping.has_challenged) == (True, True)
    await client.put_manifest(repository, V1, EMPTY_INDEX, media_types.OCI_INDEX)


async def test_https_url_of_a_plain_http_registry_says_what_to_write(
    make_client: MakeClient, docker_registry: DockerRegistry
) -> None:
    with pytest.raises(RegistryUnreachable, match="http://"):
        await make_client(docker_registry.url.replace("http:", "https:")).ping()


READ_ONLY = {"maintenance": {"readonly": {"enabled": True}}}


async def test_a_read_only_phase_is_a_refusal_with_its_remedy(make_client: MakeClient) -> None:
    with DockerRegistry() as registry:
        with registry.client() as http:
            pushed = Pusher(http, APP).push_image("v1")
        registry.storage_settings.update(READ_ONLY)
        registry.restart()
        client = make_client(registry.url)
        assert await client.list_tags(APP) == (V1,)
        with pytest.raises(Unsupported, match="it is read-only") as deletion:
            await client.delete_manifest(APP, pushed.digest)
        with pytest.raises(Unsupported, match="read-only for now") as push:
            await client.put_manifest(APP, Tag("v2"), pushed.raw, pushed.media_type)
    for caught in (deletion, push):
        assert "405" in caught.value.message  # the registry's own words


async def test_a_pull_through_cache_is_a_refusal_with_its_remedy(make_client: MakeClient) -> None:
    with DockerRegistry() as source:
        with source.client() as http:
            pushed = Pusher(http, APP).push_image("v1")
        with DockerRegistry(settings={"proxy": {"remoteurl": source.url}}) as cache:
            client = make_client(cache.url)
            assert (await client.get_manifest(APP, V1)).digest == pushed.digest
            with pytest.raises(Unsupported, match="pull-through cache"):
                await client.delete_manifest(APP, pushed.digest)
            with pytest.raises(Unsupported, match="pull-through cache"):
                await client.put_manifest(APP, Tag("v2"), pushed.raw, pushed.media_type)
