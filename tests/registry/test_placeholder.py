import json
from typing import Any

import pytest

from reglite.reference import compute_digest, parse_digest, parse_tag
from reglite.registry.placeholder import Placeholder, build_placeholder, parse_placeholder

DIGEST = parse_digest("sha256:" + "a" * 64)
TAG = parse_tag("1.4.2-rc.1")


def test_a_placeholder_remembers_what_it_replaced() -> None:
    document = json.loads(build_placeholder(DIGEST, TAG, "n1"))

    assert parse_placeholder(document) == Placeholder(DIGEST, TAG, "n1")
    assert document["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert document["schemaVersion"] == 2
    assert document["manifests"] == []


def test_each_nonce_gives_another_digest() -> None:
    first, second = (build_placeholder(DIGEST, TAG, nonce) for nonce in ("a", "b"))

    assert compute_digest(first) != compute_digest(second)


@pytest.mark.parametrize(
    "change",
    [
        {"manifests": [{"digest": DIGEST}]},
        {"manifests": None},
        {"annotations": None},
        {"annotations": ["dev.reglite.untag.digest"]},
        {"annotations": {}},
        {"annotations": {"dev.reglite.untag.digest": DIGEST, "dev.reglite.untag.tag": TAG}},
        {
            "annotations": {
                "dev.reglite.untag.digest": "sha256:zzz",
                "dev.reglite.untag.tag": TAG,
                "dev.reglite.untag.nonce": "n",
            }
        },
        {
            "annotations": {
                "dev.reglite.untag.digest": DIGEST,
                "dev.reglite.untag.tag": "../etc",
                "dev.reglite.untag.nonce": "n",
            }
        },
    ],
)
def test_anything_else_is_no_placeholder(change: dict[str, Any]) -> None:
    document = json.loads(build_placeholder(DIGEST, TAG, "n1")) | change

    assert parse_placeholder(document) is None
