"""What the demo holds beside images: charts, signatures, referrers and other artifacts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reglite import media_types
from reglite.demo.builder import Built, Descriptor, ImageBuilder, format_time, vary_size
from reglite.reference import format_referrers_tag

_KIB = 1 << 10


def build_chart(
    builder: ImageBuilder, *tags: str, version: str, created: datetime, app_version: str
) -> Built:
    """Build a Helm chart."""
    name = builder.repository.rsplit("/", 1)[-1]
    config = {
        "name": name,
        "version": version,
        "description": f"Runs {name} on Kubernetes",
        "apiVersion": "v2",
        "appVersion": app_version,
        "type": "application",
        "kubeVersion": ">=1.29.0-0",
        "home": f"https://git.example.com/{builder.repository}",
        "maintainers": [{"name": "Platform team", "email": "platform@example.com"}],
        "keywords": [name, "web"],
    }
    seed = f"{builder.repository} {version}"
    size = int(15 * _KIB * vary_size(seed))
    digest = builder.registry.put_virtual_blob(builder.repository, seed, size)
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": builder.put_json(config, media_types.HELM_CONFIG),
        "layers": [{"mediaType": media_types.HELM_LAYER, "digest": digest, "size": size}],
        "annotations": {
            "org.opencontainers.image.title": name,
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.description": config["description"],
            "org.opencontainers.image.created": format_time(created),
        },
    }
    return builder.put(manifest, media_types.OCI_MANIFEST, *tags)


def build_artifact(
    builder: ImageBuilder,
    *tags: str,
    artifact_type: str,
    layers: list[Descriptor],
    created: datetime,
    annotations: Mapping[str, str] | None = None,
    subject: Built | None = None,
) -> Built:
    """Build an OCI 1.1 artifact with the empty config; with a subject it is a referrer."""
    manifest: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "artifactType": artifact_type,
        "config": builder.put_json({}, media_types.OCI_EMPTY),
        "layers": layers,
        "annotations": {
            "org.opencontainers.image.created": format_time(created),
            **(annotations or {}),
        },
    }
    if subject is not None:
        manifest["subject"] = subject.describe()
    return builder.put(manifest, media_types.OCI_MANIFEST, *tags)


def sign(builder: ImageBuilder, signed: Built) -> Built:
    """Add cosign's signature of a manifest, under its ``.sig`` tag."""
    payload = {
        "critical": {
            "identity": {"docker-reference": f"registry.example.com/{builder.repository}"},
            "image": {"docker-manifest-digest": signed.digest},
            "type": "cosign container image signature",
        },
        "optional": {"creator": "release pipeline"},
    }
    layer = builder.put_json(
        payload,
        media_types.COSIGN_SIMPLE_SIGNING,
        annotations={
            "dev.cosignproject.cosign/signature": (
                "MEUCIQCpYc1GJyM0b8r6HqTzVqS2QyKqD4hJ0mEo6bq0Zk3ZTgIgY2t1b3VzbHkgYSBkZW1vIQ=="
            )
        },
    )
    config = {
        "architecture": "",
        "os": "",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": builder.put_json(config, media_types.OCI_CONFIG),
        "layers": [layer],
    }
    tag = f"{format_referrers_tag(signed.digest)}.sig"
    return builder.put(manifest, media_types.OCI_MANIFEST, tag)
