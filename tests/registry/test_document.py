import json
from typing import Any

import pytest

from reglite.registry.document import (
    read_descriptor,
    read_digest,
    read_object,
    read_objects,
    read_size,
    read_text,
    read_text_map,
    read_texts,
)

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize("value", [None, 7, True, [], {}, ["text"]])
def test_what_is_no_text_is_absent(value: Any) -> None:
    assert read_text(value) is None


def test_half_a_surrogate_pair_becomes_text_that_an_answer_can_carry() -> None:
    text = read_text(json.loads('"a\\ud800b"'))

    assert text == "a\ufffdb"
    assert text.encode()


def test_a_surrogate_pair_is_its_character() -> None:
    assert read_text("\ud83d\ude00 ok") == "😀 ok"
    assert read_text("кит") == "кит"


@pytest.mark.parametrize(
    ("value", "size_bytes"),
    [(0, 0), (7, 7), (-1, 0), ("7", 0), (7.0, 0), (True, 0), (None, 0), ([], 0), (10**30, 0)],
)
def test_only_a_possible_size_is_a_size(value: Any, size_bytes: int) -> None:
    assert read_size(value) == size_bytes


def test_lists_keep_what_is_readable() -> None:
    assert read_texts(["a", 1, None, "b"]) == ("a", "b")
    assert read_texts({"a": 1}) == ()
    assert read_objects([{"a": 1}, "x"]) == ({"a": 1}, {})
    assert read_objects(None) == ()
    assert read_object([1]) == {}


def test_labels_that_are_a_list_are_no_labels() -> None:
    assert read_text_map(["a"]) == {}
    assert read_text_map({"a": "1", "b": 2, "c": None, "d": ["x"]}) == {"a": "1"}


@pytest.mark.parametrize("value", [None, 1, "", "sha256:zzz", "sha256:" + "A" * 64, [DIGEST]])
def test_what_is_no_digest_is_absent(value: Any) -> None:
    assert read_digest(value) is None
    assert read_descriptor({"digest": value}) is None


def test_a_descriptor_keeps_its_document_and_reads_the_rest_tolerantly() -> None:
    document = {
        "digest": DIGEST,
        "size": "12",
        "mediaType": None,
        "artifactType": "",
        "annotations": {"a": "b", "n": 1},
        "urls": ["https://example.com/layer"],
        "platform": "linux",
        "data": "e30=",
    }

    descriptor = read_descriptor(document)

    assert descriptor is not None
    assert descriptor.document is document
    assert (descriptor.media_type, descriptor.size_bytes) == ("", 0)
    assert descriptor.artifact_type is None
    assert descriptor.annotations == {"a": "b"}
    assert descriptor.urls == ("https://example.com/layer",)
    assert descriptor.platform is None
