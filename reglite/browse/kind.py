"""What a manifest is, for people: image, index, chart, artifact, signature and so on. Pure."""

from typing import Final, Literal

from reglite import media_types
from reglite.registry.document import read_object, read_objects, read_text, read_text_map
from reglite.registry.models import JsonObject, Manifest
from reglite.registry.placeholder import parse_placeholder

Kind = Literal[
    "image", "index", "chart", "artifact", "signature", "attestation", "placeholder", "unknown"
]

_SIGNATURE_TYPES: Final = frozenset(
    {
        media_types.COSIGN_SIMPLE_SIGNING,
        "application/vnd.dev.cosign.artifact.sig.v1+json",
        "application/vnd.cncf.notary.signature",
    }
)
_ATTESTATION_TYPES: Final = frozenset(
    {
        media_types.IN_TOTO,
        "application/vnd.dsse.envelope.v1+json",
        "application/vnd.docker.attestation.manifest.v1+json",
    }
)
# What cosign puts behind an image config when it attaches a bill of materials.
_BILL_TYPES: Final = frozenset(
    {
        "text/spdx",
        "text/spdx+json",
        "text/spdx+xml",
        "application/vnd.cyclonedx",
        "application/vnd.cyclonedx+json",
        "application/vnd.cyclonedx+xml",
        "application/vnd.syft+json",
    }
)
_SIGSTORE_BUNDLE: Final = "application/vnd.dev.sigstore.bundle"
_SIGN_PREDICATE: Final = "https://sigstore.dev/cosign/sign/"


def classify(manifest: Manifest) -> Kind:
    """Return what the manifest is, by its own words; raises RegistryProtocol where it is no JSON.

    Signatures, attestations and cosign's bills of materials borrow the image config's media type,
    so layers are asked first.
    """
    document = manifest.document
    if manifest.is_index:
        return "placeholder" if parse_placeholder(document) is not None else "index"
    if media_types.is_schema1(manifest.media_type):
        return "image"
    is_artifact = media_types.is_artifact_manifest(manifest.media_type)
    if not is_artifact and not media_types.is_image_manifest(manifest.media_type):
        return "unknown"
    return _classify_by_contents(document)


def get_config_media_type(document: JsonObject) -> str:
    """Return the media type of the config; empty where there is none."""
    return read_text(read_object(document.get("config")).get("mediaType")) or ""


def get_artifact_type(document: JsonObject) -> str | None:
    """Return ``artifactType``, else the config's media type where it says more than "an image".

    The rule of the distribution spec, "Listing Referrers".
    """
    artifact_type = read_text(document.get("artifactType"))
    config_media_type = get_config_media_type(document)
    if artifact_type or config_media_type == media_types.OCI_EMPTY:
        return artifact_type or None
    is_image = config_media_type in media_types.IMAGE_CONFIGS
    return config_media_type if config_media_type and not is_image else None


def _classify_by_contents(document: JsonObject) -> Kind:
    config_media_type = get_config_media_type(document)
    layers = (*read_objects(document.get("layers")), *read_objects(document.get("blobs")))
    types = {get_artifact_type(document) or "", *(_get_media_type(layer) for layer in layers)}
    if any(name.startswith(_SIGSTORE_BUNDLE) for name in types):
        return _classify_bundle(document)
    if types & _SIGNATURE_TYPES:
        return "signature"
    if types & _ATTESTATION_TYPES:
        return "attestation"
    if config_media_type == media_types.HELM_CONFIG:
        return "chart"
    is_image = config_media_type in media_types.IMAGE_CONFIGS and not types & _BILL_TYPES
    return "image" if is_image else "artifact"


def _classify_bundle(document: JsonObject) -> Kind:
    annotations = read_text_map(document.get("annotations"))
    predicate = annotations.get("dev.sigstore.bundle.predicateType", "")
    content = annotations.get("dev.sigstore.bundle.content")
    is_signature = content == "message-signature" or predicate.startswith(_SIGN_PREDICATE)
    return "signature" if is_signature else "attestation"


def _get_media_type(descriptor: JsonObject) -> str:
    return read_text(descriptor.get("mediaType")) or ""
