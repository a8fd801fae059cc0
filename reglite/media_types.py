"""Media types of the OCI image spec and of Docker's image manifest v2. A leaf."""

from typing import Final

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_MANIFEST_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_SCHEMA1: Final = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_SCHEMA1_SIGNED: Final = "application/vnd.docker.distribution.manifest.v1+prettyjws"

OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
OCI_EMPTY: Final = "application/vnd.oci.empty.v1+json"
OCI_ARTIFACT: Final = "application/vnd.oci.artifact.manifest.v1+json"
ORAS_ARTIFACT: Final = "application/vnd.cncf.oras.artifact.manifest.v1+json"
WASM_CONFIG: Final = "application/vnd.wasm.config.v0+json"
HELM_CONFIG: Final = "application/vnd.cncf.helm.config.v1+json"
HELM_LAYER: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
IN_TOTO: Final = "application/vnd.in-toto+json"
COSIGN_SIMPLE_SIGNING: Final = "application/vnd.dev.cosign.simplesigning.v1+json"

IMAGE_MANIFESTS: Final = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
ARTIFACT_MANIFESTS: Final = frozenset({OCI_ARTIFACT, ORAS_ARTIFACT})
INDEXES: Final = frozenset({OCI_INDEX, DOCKER_MANIFEST_LIST})
SCHEMA1_MANIFESTS: Final = frozenset({DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED})
MANIFESTS: Final = IMAGE_MANIFESTS | ARTIFACT_MANIFESTS | INDEXES | SCHEMA1_MANIFESTS
IMAGE_CONFIGS: Final = frozenset({OCI_CONFIG, DOCKER_CONFIG})

# All in one header: with less, distribution converts manifests or resolves an index to its amd64
# child, and a deletion would then hit the wrong digest. Schema1 comes last: where nothing else is.
ACCEPT_MANIFESTS: Final = ", ".join(
    (
        OCI_INDEX,
        OCI_MANIFEST,
        DOCKER_MANIFEST_LIST,
        DOCKER_MANIFEST,
        OCI_ARTIFACT,
        ORAS_ARTIFACT,
        f"{DOCKER_SCHEMA1_SIGNED};q=0.1",
        f"{DOCKER_SCHEMA1};q=0.1",
    )
)


def is_manifest(media_type: str) -> bool:
    """Tell what stands at ``/manifests/`` from blobs."""
    return media_type in MANIFESTS


def is_index(media_type: str) -> bool:
    """Tell an OCI index or a Docker manifest list."""
    return media_type in INDEXES


def is_image_manifest(media_type: str) -> bool:
    """Tell an OCI image manifest or a Docker schema2 manifest."""
    return media_type in IMAGE_MANIFESTS


def is_artifact_manifest(media_type: str) -> bool:
    """Tell the manifests with ``blobs`` of ORAS and of the OCI spec's release candidates."""
    return media_type in ARTIFACT_MANIFESTS


def is_schema1(media_type: str) -> bool:
    """Tell Docker's schema1, which is read-only here and carries no sizes."""
    return media_type in SCHEMA1_MANIFESTS
