"""Puts images together inside the in-memory registry, without the detour over HTTP."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reglite import media_types
from reglite.demo.attestations import (
    SLSA_PREDICATE,
    SPDX_PREDICATE,
    make_provenance,
    make_sbom,
    make_statement,
)
from reglite.demo.recipes import Recipe, Step
from reglite.demo.registry import MemoryRegistry
from reglite.reference import Digest, compute_digest

OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"

# Code for other processors compiles to other sizes; amd64 is the measure.
_SCALES = {"arm64": 0.97, "arm": 0.83, "s390x": 1.06, "ppc64le": 1.11}
_STEP_SECONDS = 7

Descriptor = dict[str, Any]


def format_time(moment: datetime) -> str:
    """Return RFC 3339 in UTC with whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def vary_size(seed: str) -> float:
    """Return a factor between 0.92 and 1.08: no two releases weigh the same."""
    return 0.92 + 0.16 * hashlib.sha256(seed.encode()).digest()[0] / 255


def split_platform(platform: str) -> dict[str, str]:
    """Return ``os/architecture[/variant]`` as the platform of an index entry."""
    return dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))


@dataclass(frozen=True, slots=True)
class Built:
    """A manifest that stands in the registry."""

    digest: Digest
    media_type: str
    size_bytes: int

    def describe(self, **fields: Any) -> Descriptor:
        """Return a descriptor, with more fields such as ``platform``."""
        return {
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": self.size_bytes,
            **fields,
        }


@dataclass(frozen=True, slots=True)
class ImageBuilder:
    """Builds the images of one repository out of a recipe."""

    registry: MemoryRegistry
    repository: str
    recipe: Recipe
    media_type: str = media_types.OCI_MANIFEST
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_docker(self) -> bool:
        """Tell Docker's media types from OCI's."""
        return self.media_type == media_types.DOCKER_MANIFEST

    def put(self, document: Mapping[str, Any], media_type: str, *tags: str) -> Built:
        """Store a manifest."""
        raw = json.dumps(document, indent=2).encode()
        digest = self.registry.put_manifest(self.repository, raw, media_type, *tags)
        return Built(digest, media_type, len(raw))

    def put_json(self, document: Mapping[str, Any], media_type: str, **fields: Any) -> Descriptor:
        """Store a JSON blob; returns its descriptor."""
        raw = json.dumps(document).encode()
        digest = self.registry.put_blob(self.repository, raw)
        return {"mediaType": media_type, "digest": digest, "size": len(raw), **fields}

    def build_image(
        self,
        *tags: str,
        version: str,
        created: datetime | None,
        platform: str = "linux/amd64",
        **config: Any,
    ) -> Built:
        """Build the image of one platform; ``config`` adds to the image config."""
        document = self._make_config(version, created, platform) | config
        config_type = media_types.DOCKER_CONFIG if self.is_docker else media_types.OCI_CONFIG
        manifest = {
            "schemaVersion": 2,
            "mediaType": self.media_type,
            "config": self.put_json(document, config_type),
            "layers": [
                self._put_layer(step, version, platform)
                for step in self.recipe.steps
                if step.size_bytes
            ],
        }
        return self.put(manifest, self.media_type, *tags)

    def build_index(
        self,
        *tags: str,
        version: str,
        created: datetime,
        platforms: Sequence[str],
        has_attestations: bool = False,
    ) -> Built:
        """Build an index over several platforms, with buildx's attestations if wanted."""
        images = {
            platform: self.build_image(
                version=version,
                created=created + timedelta(seconds=90 * number),
                platform=platform,
            )
            for number, platform in enumerate(platforms)
        }
        entries = [i.describe(platform=split_platform(p)) for p, i in images.items()]
        if has_attestations:
            entries += [self._attest(i, p, version, created) for p, i in images.items()]
        media_type = media_types.DOCKER_MANIFEST_LIST if self.is_docker else media_types.OCI_INDEX
        return self.put_index(entries, *tags, media_type=media_type)

    def put_index(
        self,
        entries: Sequence[Descriptor],
        *tags: str,
        media_type: str = media_types.OCI_INDEX,
        **fields: Any,
    ) -> Built:
        """Store an index over these entries."""
        document = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "manifests": list(entries),
            **fields,
        }
        return self.put(document, media_type, *tags)

    def find_revision(self, version: str) -> str:
        """Return the source revision of a version, 40 hex digits."""
        seed = f"{self.repository}@{version}".encode()
        return hashlib.sha256(seed).hexdigest()[:40]

    def _make_config(self, version: str, created: datetime | None, platform: str) -> dict[str, Any]:
        labels = {
            "org.opencontainers.image.title": self.recipe.title,
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.revision": self.find_revision(version),
            "org.opencontainers.image.source": f"https://git.example.com/{self.repository}",
            **self.recipe.labels,
            **self.labels,
        }
        layers = [step for step in self.recipe.steps if step.size_bytes]
        diff_ids = [f"sha256:{self._seed(step, version, platform, 'diff')}" for step in layers]
        config: dict[str, Any] = {
            **split_platform(platform),
            "config": {**self.recipe.run, "Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": self._make_history(created),
        }
        return config if created is None else {"created": format_time(created), **config}

    def _make_history(self, created: datetime | None) -> list[dict[str, Any]]:
        history = []
        for number, step in enumerate(self.recipe.steps):
            entry: dict[str, Any] = {"created_by": step.created_by}
            if created is not None:
                age = timedelta(seconds=_STEP_SECONDS * (len(self.recipe.steps) - 1 - number))
                base_age = timedelta(days=9) if step.is_base else timedelta()
                entry["created"] = format_time(created - age - base_age)
            if step.comment:
                entry["comment"] = step.comment
            if not step.size_bytes:
                entry["empty_layer"] = True
            history.append(entry)
        return history

    def _put_layer(self, step: Step, version: str, platform: str) -> Descriptor:
        scale = _SCALES.get(split_platform(platform).get("architecture", ""), 1.0)
        seed = self._seed(step, version, platform, "layer")
        growth = 1.0 if step.is_base else vary_size(seed)
        size = max(32, int(step.size_bytes * scale * growth))
        if step.urls:
            digest = compute_digest(seed.encode())
            foreign = {"mediaType": DOCKER_FOREIGN_LAYER, "digest": digest, "size": size}
            return {**foreign, "urls": list(step.urls)}
        digest = self.registry.put_virtual_blob(self.repository, seed, size)
        layer_type = DOCKER_LAYER if self.is_docker else OCI_LAYER
        return {"mediaType": layer_type, "digest": digest, "size": size}

    def _seed(self, step: Step, version: str, platform: str, what: str) -> str:
        """Name a layer's content: steps of the base are shared by all versions and repositories."""
        owner = self.recipe.base if step.is_base else f"{self.repository}:{version}"
        return hashlib.sha256(f"{what} {owner} {platform} {step.created_by}".encode()).hexdigest()

    def _attest(self, image: Built, platform: str, version: str, created: datetime) -> Descriptor:
        name = f"pkg:docker/{self.repository}@{version}?platform={platform.replace('/', '%2F')}"
        started, finished = format_time(created - timedelta(seconds=214)), format_time(created)
        revision = self.find_revision(version)
        predicates = {
            SPDX_PREDICATE: make_sbom(self.recipe, finished),
            SLSA_PREDICATE: make_provenance(
                self.recipe, self.repository, revision, started, finished
            ),
        }
        layers = [
            self.put_json(
                make_statement(kind, name, image.digest, predicate),
                media_types.IN_TOTO,
                annotations={"in-toto.io/predicate-type": kind},
            )
            for kind, predicate in predicates.items()
        ]
        diff_ids = [layer["digest"] for layer in layers]
        config = {
            "architecture": "unknown",
            "os": "unknown",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": self.put_json(config, media_types.OCI_CONFIG),
            "layers": layers,
        }
        return self.put(manifest, media_types.OCI_MANIFEST).describe(
            platform={"architecture": "unknown", "os": "unknown"},
            annotations={
                "vnd.docker.reference.digest": image.digest,
                "vnd.docker.reference.type": "attestation-manifest",
            },
        )
