import json
from typing import Any

import pytest

from reglite import media_types
from reglite.browse.kind import classify, get_artifact_type
from reglite.reference import Tag
from reglite.registry.placeholder import build_placeholder
from tests.browse.documents import describe, make_digest, make_manifest

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def artifact(
    config: str = media_types.OCI_EMPTY,
    *layers: str,
    **fields: Any,
) -> dict[str, Any]:
    described = [describe(layer, media_type=layer) for layer in layers]
    return {"config": describe("config", media_type=config), "layers": described, **fields}


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (artifact(media_types.OCI_CONFIG, "application/vnd.oci.image.layer.v1.tar"), "image"),
        (artifact(media_types.DOCKER_CONFIG), "image"),
        (artifact(media_types.HELM_CONFIG, media_types.HELM_LAYER), "chart"),
        (artifact(media_types.OCI_CONFIG, media_types.COSIGN_SIMPLE_SIGNING), "signature"),
        (artifact(artifactType="application/vnd.cncf.notary.signature"), "signature"),
        (artifact("application/vnd.cncf.notary.signature"), "signature"),
        (artifact(artifactType="application/vnd.dev.cosign.artifact.sig.v1+json"), "signature"),
        (artifact(media_types.OCI_CONFIG, media_types.IN_TOTO), "attestation"),
        (artifact(media_types.OCI_EMPTY, media_types.IN_TOTO), "attestation"),
        (
            artifact(artifactType="application/vnd.docker.attestation.manifest.v1+json"),
            "attestation",
        ),
        (
            artifact(media_types.OCI_CONFIG, "application/vnd.dsse.envelope.v1+json"),
            "attestation",
        ),
        (artifact(media_types.OCI_EMPTY, BUNDLE, artifactType=BUNDLE), "attestation"),
        (
            artifact(
                media_types.OCI_EMPTY,
                BUNDLE,
                annotations={"dev.sigstore.bundle.content": "message-signature"},
            ),
            "signature",
        ),
        (
            artifact(
                media_types.OCI_EMPTY,
                BUNDLE,
                annotations={
                    "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1"
                },
            ),
            "signature",
        ),
        (artifact(artifactType="application/spdx+json"), "artifact"),
        (artifact(media_types.OCI_CONFIG, "text/spdx+json"), "artifact"),
        (artifact(media_types.OCI_CONFIG, "application/vnd.cyclonedx+json"), "artifact"),
        (artifact("application/vnd.acme.rocket.config"), "artifact"),
        ({"layers": []}, "artifact"),
        ({"config": "text", "layers": 7}, "artifact"),
    ],
)
def test_an_image_manifest_is_told_by_its_config_and_layers(
    document: dict[str, Any], kind: str
) -> None:
    for media_type in media_types.IMAGE_MANIFESTS:
        assert classify(make_manifest(document, media_type)) == kind


def test_indexes_placeholders_schema1_and_the_unknown_are_told_by_media_type() -> None:
    placeholder = json.loads(build_placeholder(make_digest("app"), Tag("v1"), "n"))

    assert classify(make_manifest({"manifests": []}, media_types.OCI_INDEX)) == "index"
    assert classify(make_manifest({}, media_types.DOCKER_MANIFEST_LIST)) == "index"
    assert classify(make_manifest(placeholder, media_types.OCI_INDEX)) == "placeholder"
    assert classify(make_manifest({}, media_types.DOCKER_SCHEMA1)) == "image"
    assert classify(make_manifest({}, "application/vnd.acme+json")) == "unknown"


@pytest.mark.parametrize(
    ("document", "artifact_type"),
    [
        (artifact(media_types.OCI_CONFIG), None),
        (artifact(media_types.OCI_EMPTY), None),
        (artifact(media_types.HELM_CONFIG), media_types.HELM_CONFIG),
        (artifact(media_types.HELM_CONFIG, artifactType="a/b"), "a/b"),
        (artifact(artifactType="application/spdx+json"), "application/spdx+json"),
        (artifact("application/vnd.acme", artifactType=7), "application/vnd.acme"),
        ({}, None),
    ],
)
def test_the_artifact_type_falls_back_to_the_config(
    document: dict[str, Any], artifact_type: str | None
) -> None:
    assert get_artifact_type(document) == artifact_type
