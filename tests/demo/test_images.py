"""The demo's content holds together: every digest leads somewhere, every date is alive."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest

from reglite import media_types
from reglite.demo.documents import list_descriptors
from reglite.demo.images import fill_demo, fill_many
from reglite.demo.registry import MemoryRegistry
from reglite.demo.server import start_demo
from reglite.demo.store import StoredManifest, StoredRepository
from reglite.reference import Repository, compute_digest, parse_repository, parse_tag

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> MemoryRegistry:
    registry = MemoryRegistry()
    fill_demo(registry, now=NOW)
    return registry


def _list_manifests(
    registry: MemoryRegistry,
) -> Iterator[tuple[str, StoredRepository, StoredManifest, dict[str, Any]]]:
    for name, held in registry.repositories.items():
        for manifest in held.manifests.values():
            yield name, held, manifest, json.loads(manifest.raw)


def _read_config(held: StoredRepository, document: dict[str, Any]) -> dict[str, Any]:
    raw = b"".join(held.blobs[document["config"]["digest"]].iterate())
    config: dict[str, Any] = json.loads(raw)
    return config


def test_names_keep_to_the_grammar(demo: MemoryRegistry) -> None:
    for name, held in demo.repositories.items():
        assert parse_repository(name) == name
        assert [parse_tag(tag) for tag in held.tags] == list(held.tags)


def test_manifests_are_stored_under_their_digest(demo: MemoryRegistry) -> None:
    for held in demo.repositories.values():
        for digest, manifest in held.manifests.items():
            assert compute_digest(manifest.raw) == digest


def test_every_blob_is_there_with_its_size(demo: MemoryRegistry) -> None:
    for name, held, _, document in _list_manifests(demo):
        for descriptor in list_descriptors(document, "config", "layers"):
            if "urls" not in descriptor:
                blob = held.blobs[descriptor["digest"]]
                assert blob.size_bytes == descriptor["size"], name


def test_only_the_broken_index_lacks_a_child(demo: MemoryRegistry) -> None:
    lacking = {
        name
        for name, held, _, document in _list_manifests(demo)
        for child in list_descriptors(document, "manifests")
        if child["digest"] not in held.manifests
    }
    assert lacking == {"sandbox/experiments"}


def test_history_has_one_step_for_each_layer(demo: MemoryRegistry) -> None:
    checked = 0
    for _, held, _, document in _list_manifests(demo):
        if document.get("config", {}).get("mediaType") in media_types.IMAGE_CONFIGS:
            config = _read_config(held, document)
            filled = [s for s in config.get("history", []) if not s.get("empty_layer")]
            if filled:
                checked += 1
                assert len(filled) == len(document["layers"]) == len(config["rootfs"]["diff_ids"])
    assert checked > 100


def test_newest_image_is_minutes_old(demo: MemoryRegistry) -> None:
    dates = [
        datetime.fromisoformat(created)
        for _, held, _, document in _list_manifests(demo)
        if document.get("config", {}).get("mediaType") in media_types.IMAGE_CONFIGS
        and (created := _read_config(held, document).get("created"))
    ]
    assert timedelta() < NOW - max(dates) < timedelta(hours=1)


def test_same_moment_gives_the_same_bytes(demo: MemoryRegistry) -> None:
    again = MemoryRegistry()
    fill_demo(again, now=NOW)
    assert again.repositories == demo.repositories


def test_several_tags_share_the_storefronts_latest(demo: MemoryRegistry) -> None:
    tags = demo.get_tags("shop/storefront")
    siblings = {tag for tag, digest in tags.items() if digest == tags["latest"]}
    assert siblings == {"1.4.2", "1.4", "1", "stable", "latest"}


def test_releases_differ_in_size_and_share_their_base(demo: MemoryRegistry) -> None:
    held = demo.repositories[Repository("ops/postgres-backup")]
    old, new = (json.loads(held.manifests[held.tags[parse_tag(t)]].raw) for t in ("15", "16"))
    assert old["layers"][0] == new["layers"][0]
    assert old["layers"][1]["size"] != new["layers"][1]["size"]


def test_attestations_name_their_image_and_can_be_read(demo: MemoryRegistry) -> None:
    held = demo.repositories[Repository("shop/storefront")]
    index = json.loads(held.manifests[held.tags[parse_tag("latest")]].raw)
    attested = [e for e in index["manifests"] if e["platform"]["os"] == "unknown"]
    images = {e["digest"] for e in index["manifests"]} - {e["digest"] for e in attested}
    assert {e["annotations"]["vnd.docker.reference.digest"] for e in attested} == images
    for entry in attested:
        manifest = json.loads(held.manifests[entry["digest"]].raw)
        statements = [
            json.loads(b"".join(held.blobs[layer["digest"]].iterate()))
            for layer in manifest["layers"]
        ]
        sbom, provenance = (statement["predicate"] for statement in statements)
        assert len(sbom["packages"]) > 10
        assert provenance["builder"]["id"].startswith("https://ci.example.com/")


def test_signed_image_has_signature_and_referrers(demo: MemoryRegistry) -> None:
    tags = demo.get_tags("shop/payments")
    assert tags["latest"].replace(":", "-") + ".sig" in tags
    subjects = [
        document["subject"]["digest"]
        for name, _, _, document in _list_manifests(demo)
        if name == "shop/payments" and "subject" in document
    ]
    assert subjects.count(tags["latest"]) == 2


def test_every_kind_that_registries_hold_is_shown(demo: MemoryRegistry) -> None:
    kinds = {manifest.media_type for _, _, manifest, _ in _list_manifests(demo)}
    assert kinds == media_types.IMAGE_MANIFESTS | media_types.INDEXES
    configs = {d["config"]["mediaType"] for _, _, _, d in _list_manifests(demo) if "config" in d}
    assert {media_types.HELM_CONFIG, media_types.OCI_EMPTY} < configs
    assert len(demo.get_tags("platform/ci/runner")) > 60
    assert demo.get_tags("sandbox/emptied") == {}


def test_many_repositories_and_tags_are_many() -> None:
    registry = MemoryRegistry()
    busy = fill_many(registry, repositories=150, tags=130, digests=7, now=NOW)
    assert len(registry.repositories) == 151
    tags = registry.get_tags(busy)
    assert (len(tags), len(set(tags.values()))) == (130, 7)


def test_demo_server_answers_at_once_and_stops() -> None:
    async def walk() -> list[str]:
        url, stop = await start_demo()
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            answer = await client.get("/v2/_catalog")
        await stop()
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get("/v2/")
        repositories: list[str] = answer.json()["repositories"]
        return repositories

    assert "shop/storefront" in anyio.run(walk)
