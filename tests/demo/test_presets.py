"""Presets behave as the registries they are named after."""

from collections.abc import Callable

import pytest

from reglite import media_types
from reglite.demo import presets
from reglite.demo.registry import MemoryRegistry, Switches
from reglite.reference import compute_digest
from tests.demo.conftest import Ask

INDEX = b'{"schemaVersion":2,"manifests":[]}'
DIGEST = compute_digest(INDEX)

Preset = Callable[[], Switches]


def _adopt(registry: MemoryRegistry, preset: Preset) -> None:
    registry.switches = preset()
    registry.put_manifest("app", INDEX, media_types.OCI_INDEX, "v1")


def _authorise(ask: Ask, registry: MemoryRegistry, scope: str) -> dict[str, str]:
    switches = registry.switches
    if switches.auth != "bearer":
        return {}
    user = (switches.username, switches.password)
    document = ask("GET", "/token", params={"scope": scope}, auth=user).json()
    return {"Authorization": f"Bearer {document['token']}"}


@pytest.mark.parametrize(
    ("preset", "status"),
    [
        (presets.distribution_2_8, 200),
        (presets.distribution_3, 200),
        (presets.zot, 200),
        (presets.olareg, 404),
        (presets.harbor, 200),
        (presets.docker_hub, 401),
        (presets.ghcr, 404),
        (presets.gitlab, 401),
        (presets.quay, 200),
    ],
)
def test_catalog_is_where_the_registry_has_one(
    ask: Ask, memory_registry: MemoryRegistry, preset: Preset, status: int
) -> None:
    _adopt(memory_registry, preset)
    headers = _authorise(ask, memory_registry, "registry:catalog:*")
    assert ask("GET", "/v2/_catalog", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("preset", "by_tag", "by_digest"),
    [
        (presets.distribution_2_8, 400, 202),
        (presets.distribution_3, 202, 202),
        (presets.zot, 202, 202),
        (presets.olareg, 202, 202),
        (presets.harbor, 405, 202),
        (presets.docker_hub, 405, 405),
        (presets.ghcr, 405, 405),
    ],
)
def test_deletion_is_what_the_registry_allows(
    ask: Ask, memory_registry: MemoryRegistry, preset: Preset, by_tag: int, by_digest: int
) -> None:
    _adopt(memory_registry, preset)
    headers = _authorise(ask, memory_registry, "repository:app:pull,delete")
    assert ask("DELETE", "/v2/app/manifests/v1", headers=headers).status_code == by_tag
    assert ask("DELETE", f"/v2/app/manifests/{DIGEST}", headers=headers).status_code == by_digest


@pytest.mark.parametrize("preset", [presets.harbor, presets.ecr])
def test_registries_with_a_sign_in_answer_401_without(
    ask: Ask, memory_registry: MemoryRegistry, preset: Preset
) -> None:
    _adopt(memory_registry, preset)
    assert ask("GET", "/v2/").status_code == 401


def test_assigned_switches_reach_every_part(ask: Ask, memory_registry: MemoryRegistry) -> None:
    memory_registry.switches = Switches(auth="basic", has_referrers=False, delete="405")
    user = ("demo", "demo")
    assert ask("GET", "/v2/").status_code == 401
    assert ask("GET", f"/v2/app/referrers/{DIGEST}", auth=user).status_code == 404
    assert ask("DELETE", f"/v2/app/manifests/{DIGEST}", auth=user).status_code == 405
