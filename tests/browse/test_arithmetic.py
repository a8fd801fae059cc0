"""Sizes and platforms of generated indexes, against a model that counts with sets alone."""

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reglite.browse.content import MAX_DEPTH
from reglite.browse.history import build_history
from reglite.browse.layer import collect_blobs, measure_blobs, read_layers
from reglite.browse.manifest import ManifestView, get_manifest_view
from reglite.reference import Tag
from tests.browse.documents import REPOSITORY, Shelf, describe, make_digest

# A blob's size is a property of the blob here: a registry holds it once.
SIZES = {f"blob {n}": 10**n for n in range(8)}
BLOBS = st.lists(st.sampled_from(sorted(SIZES)), max_size=6)
PLATFORMS = st.sampled_from(["linux/amd64", "linux/arm64/v8", "linux/arm/v7", "windows/amd64"])


@dataclass(frozen=True)
class Plan:
    """An image to generate: what its layers are, for which platform, and whether it is there."""

    platform: str
    blobs: tuple[str, ...]
    is_missing: bool
    number: int


IMAGES = st.builds(
    Plan, PLATFORMS, BLOBS.map(tuple), st.booleans(), st.integers(min_value=0, max_value=3)
)
TREES = st.recursive(IMAGES, lambda children: st.lists(children, max_size=4), max_leaves=12)


def measure_depth(tree: Any) -> int:
    return 0 if isinstance(tree, Plan) else 1 + max(map(measure_depth, tree), default=0)


def find_images(tree: Any) -> list[Plan]:
    if isinstance(tree, Plan):
        return [tree]
    return [image for branch in tree for image in find_images(branch)]


def put(shelf: Shelf, tree: Any, configs: dict[Plan, int]) -> dict[str, Any]:
    if not isinstance(tree, Plan):
        return shelf.add_index([put(shelf, branch, configs) for branch in tree])
    layers = [describe(blob, SIZES[blob]) for blob in tree.blobs]
    known = set(shelf.blobs)
    descriptor = shelf.add_image(
        platform=tree.platform, layers=layers, id=[tree.number, tree.is_missing]
    )
    config = shelf.manifests[descriptor["digest"]].document["config"]
    assert config["digest"] in set(shelf.blobs) | known
    configs[tree] = config["size"]
    return descriptor


@settings(max_examples=60)
@given(st.lists(TREES.filter(lambda tree: measure_depth(tree) < MAX_DEPTH), max_size=5))
def test_size_and_platforms_of_any_index_are_those_of_its_images(trees: list[Any]) -> None:
    shelf, configs = Shelf(), dict[Plan, int]()
    descriptors = [put(shelf, tree, configs) for tree in trees]
    shelf.add_index(descriptors, "v1")
    for image in configs:
        if image.is_missing:
            del shelf.manifests[put(Shelf(), image, {})["digest"]]

    shown: ManifestView = asyncio.run(get_manifest_view(shelf.client, REPOSITORY, Tag("v1")))

    images = find_images(trees)
    there = [image for image in images if not image.is_missing]
    layers = {blob for image in there for blob in image.blobs}
    config_blobs = {(i.platform, i.number): configs[i] for i in there}
    assert shown.size_bytes == sum(SIZES[blob] for blob in layers) + sum(config_blobs.values())
    assert [row.platform for row in shown.platforms] == [
        image.platform for image in dict.fromkeys(images)
    ]
    for row, image in zip(shown.platforms, dict.fromkeys(images), strict=True):
        own = 0 if image.is_missing else configs[image] + sum(SIZES[b] for b in set(image.blobs))
        assert row.size_bytes == own


@given(BLOBS, st.data())
def test_every_blob_counts_once_whatever_a_manifest_says_of_it(
    names: list[str], data: st.DataObject
) -> None:
    wrong = st.none() | st.booleans() | st.text() | st.floats() | st.integers(max_value=-1)
    garbage = data.draw(st.lists(st.fixed_dictionaries({"size": wrong, "digest": wrong})))
    layers = [describe(name, SIZES[name]) for name in names]
    document = {"layers": data.draw(st.permutations([*layers, *garbage]))}

    size = measure_blobs([collect_blobs(None, read_layers(document))])

    assert size == sum(SIZES[name] for name in set(names))


@given(st.lists(st.booleans(), max_size=12), st.integers(min_value=0, max_value=12))
def test_history_names_each_layer_once_and_in_order_or_none_at_all(
    empties: list[bool], count: int
) -> None:
    document = {"layers": [describe(f"layer {n}", n) for n in range(count)]}
    config = {"history": [{"empty_layer": empty} for empty in empties]}

    history = build_history(config, read_layers(document))

    joined = [step.layer for step in history if step.layer is not None]
    agrees = empties.count(False) == count
    assert joined == ([make_digest(f"layer {n}") for n in range(count)] if agrees else [])
    assert [step.empty_layer for step in history] == empties
    assert all(step.layer is None for step in history if step.empty_layer)


def test_a_blob_that_is_described_twice_has_the_size_it_was_given_first() -> None:
    document = {"layers": [describe("blob", 10), describe("blob", 99)]}

    assert measure_blobs([collect_blobs(None, read_layers(document))]) == 10
