"""A generator of images of all kinds, pushed over the push API into any /v2/."""

import base64
import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urljoin

import httpx

from reglite import media_types
from reglite.reference import Digest, compute_digest, format_referrers_tag

CREATED = "2026-01-02T03:04:05Z"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_ZSTD_LAYER = "application/vnd.oci.image.layer.v1.tar+zstd"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
SPDX = "https://spdx.dev/Document"
SLSA = "https://slsa.dev/provenance/v0.2"
EMPTY_JSON = b"{}"
HOSTILE_TEXT = "<img src=x onerror=alert(1)>\"'&\u202e\u0000\x1b[31m"
HOSTILE_LABELS = {
    "description": "<script>alert('label')</script>",
    "org.opencontainers.image.url": "javascript:alert(1)",
    "org.opencontainers.image.source": "https://example.com/\"onmouseover='alert(1)'",
    "newlines": "one\r\nSet-Cookie: two",
    "direction": "abc\u202edcba\u202c",
    "long": "x" * 5000,
}

Descriptor = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pushed:
    """A manifest that a registry has taken."""

    digest: Digest
    media_type: str
    raw: bytes = field(repr=False)
    tags: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The parsed manifest."""
        document: dict[str, Any] = json.loads(self.raw)
        return document

    def describe(self, **fields: Any) -> Descriptor:
        """Return a descriptor of this manifest, with more fields such as ``platform``."""
        size = len(self.raw)
        return {"mediaType": self.media_type, "digest": self.digest, "size": size, **fields}


def make_layer(name: str, content: bytes = b"") -> bytes:
    """Return a gzipped tar with one file; same input, same bytes."""
    buffer = io.BytesIO()
    content = content or f"content of {name}\n".encode()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def make_config(
    platform: str = "linux/amd64",
    *,
    layers: int = 1,
    created: str | None = CREATED,
    labels: Mapping[str, str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Return an image config: ``layers`` history steps with a layer and one without."""
    os_name, architecture, *variant = platform.split("/")
    step: dict[str, Any] = {} if created is None else {"created": created}
    history = [{**step, "created_by": f"RUN make layer-{n}"} for n in range(layers)]
    history.append({**step, "created_by": 'CMD ["/bin/app"]', "empty_layer": True})
    diff_ids = [compute_digest(f"{platform} layer {n}".encode()) for n in range(layers)]
    config: dict[str, Any] = {
        "os": os_name,
        "architecture": architecture,
        "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/app"], "Labels": dict(labels or {})},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": history,
        **step,
        **fields,
    }
    return {**config, "variant": variant[0]} if variant else config


class Pusher:
    """Pushes into one repository of a registry; every method returns what was pushed.

    ``client`` is a sync httpx client whose base URL is the registry and whose credentials suffice.
    """

    def __init__(self, client: httpx.Client, repository: str) -> None:
        self._client = client
        self.repository = repository

    def into(self, repository: str) -> Self:
        """Return a pusher for another repository of the same registry."""
        return type(self)(self._client, repository)

    def push_blob(self, raw: bytes) -> Digest:
        """Push a blob where it is missing."""
        digest = compute_digest(raw)
        if self._client.head(f"v2/{self.repository}/blobs/{digest}").status_code == 200:
            return digest
        begun = self._client.post(f"v2/{self.repository}/blobs/uploads/")
        _expect(begun, 202)
        location = urljoin(str(begun.url), begun.headers["Location"])
        separator = "&" if "?" in location else "?"
        target = f"{location}{separator}digest={digest}"
        headers = {"Content-Type": "application/octet-stream"}
        _expect(self._client.put(target, content=raw, headers=headers), 201)
        return digest

    def push_raw(self, raw: bytes, media_type: str, *tags: str) -> Pushed:
        """Push a manifest's exact bytes under these tags, or by digest where there are none."""
        digest = compute_digest(raw)
        for reference in tags or (digest,):
            answer = self._client.put(
                f"v2/{self.repository}/manifests/{reference}",
                content=raw,
                headers={"Content-Type": media_type},
            )
            _expect(answer, 201)
        return Pushed(digest, media_type, raw, tags)

    def push_manifest(self, document: Mapping[str, Any], media_type: str, *tags: str) -> Pushed:
        """Push a manifest that is given as a document."""
        return self.push_raw(json.dumps(document, indent=2).encode(), media_type, *tags)

    def describe_blob(self, raw: bytes, media_type: str, **fields: Any) -> Descriptor:
        """Push a blob and return its descriptor."""
        digest = self.push_blob(raw)
        return {"mediaType": media_type, "digest": digest, "size": len(raw), **fields}

    def push_image(
        self,
        *tags: str,
        platform: str = "linux/amd64",
        name: str = "app",
        layers: int = 1,
        created: str | None = CREATED,
        labels: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        layer_type: str = OCI_LAYER,
        media_type: str = media_types.OCI_MANIFEST,
        **fields: Any,
    ) -> Pushed:
        """Push an OCI image; other ``name``, other digest. ``fields`` go into the manifest."""
        content = dict(
            config or make_config(platform, layers=layers, created=created, labels=labels)
        )
        is_docker = media_type == media_types.DOCKER_MANIFEST
        config_type = media_types.DOCKER_CONFIG if is_docker else media_types.OCI_CONFIG
        blobs = [make_layer(f"{name}-{platform}-{n}") for n in range(layers)]
        document = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": self.describe_blob(json.dumps(content).encode(), config_type),
            "layers": [self.describe_blob(blob, layer_type) for blob in blobs],
            **fields,
        }
        return self.push_manifest(document, media_type, *tags)

    def push_docker_image(self, *tags: str, **options: Any) -> Pushed:
        """Push a Docker schema2 image."""
        options = {"layer_type": DOCKER_LAYER, **options}
        return self.push_image(*tags, media_type=media_types.DOCKER_MANIFEST, **options)

    def push_image_without_media_type(self, *tags: str, name: str = "untyped") -> Pushed:
        """Push an OCI image whose manifest leaves ``mediaType`` out."""
        document = self.push_image(name=name).document
        del document["mediaType"]
        return self.push_manifest(document, media_types.OCI_MANIFEST, *tags)

    def push_index_of(
        self,
        entries: Sequence[Descriptor],
        *tags: str,
        media_type: str = media_types.OCI_INDEX,
        **fields: Any,
    ) -> Pushed:
        """Push an index with these entries: none for an empty one, indexes for a nested one."""
        document = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "manifests": list(entries),
            **fields,
        }
        return self.push_manifest(document, media_type, *tags)

    def push_index(
        self,
        *tags: str,
        platforms: Sequence[str] = ("linux/amd64", "linux/arm64/v8"),
        name: str = "app",
        has_attestations: bool = False,
        **options: Any,
    ) -> Pushed:
        """Push a multi-arch OCI index, as buildx does, with attestations if wanted."""
        images = {
            platform: self.push_image(platform=platform, name=name, **options)
            for platform in platforms
        }
        entries = [
            image.describe(platform=split_platform(platform)) for platform, image in images.items()
        ]
        if has_attestations:
            entries += [self.push_attestation(image) for image in images.values()]
        return self.push_index_of(entries, *tags)

    def push_attestation(self, image: Pushed) -> Descriptor:
        """Push buildx's attestation manifest of an image; returns its entry for the index."""
        statements = [
            (SPDX, _make_statement(image, SPDX, _make_spdx())),
            (SLSA, _make_statement(image, SLSA, _make_provenance())),
        ]
        layers = [
            self.describe_blob(
                json.dumps(statement).encode(),
                media_types.IN_TOTO,
                annotations={"in-toto.io/predicate-type": kind},
            )
            for kind, statement in statements
        ]
        config = {"os": "unknown", "architecture": "unknown", "config": {}, "rootfs": {}}
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": self.describe_blob(json.dumps(config).encode(), media_types.OCI_CONFIG),
            "layers": layers,
        }
        pushed = self.push_manifest(document, media_types.OCI_MANIFEST)
        return pushed.describe(
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": image.digest,
            },
        )

    def push_manifest_list(
        self,
        *tags: str,
        platforms: Sequence[str] = ("linux/amd64", "linux/arm64/v8"),
        name: str = "app",
    ) -> Pushed:
        """Push a Docker manifest list of schema2 images."""
        entries = [
            self.push_docker_image(platform=platform, name=name).describe(
                platform=split_platform(platform)
            )
            for platform in platforms
        ]
        return self.push_index_of(entries, *tags, media_type=media_types.DOCKER_MANIFEST_LIST)

    def push_nested_index(self, *tags: str, name: str = "nested") -> Pushed:
        """Push an index that names an index beside an image."""
        inner = self.push_index(name=f"{name}-inner")
        outer = self.push_image(platform="linux/s390x", name=name)
        entries = [inner.describe(), outer.describe(platform=split_platform("linux/s390x"))]
        return self.push_index_of(entries, *tags)

    def push_empty_index(self, *tags: str, **fields: Any) -> Pushed:
        """Push an index without entries."""
        return self.push_index_of([], *tags, **fields)

    def push_sparse_index(self, *tags: str, name: str = "sparse") -> Pushed:
        """Push an index and then delete one of its children, which needs deletion enabled.

        Distribution 2.8 refuses an index whose children are missing, so they go afterwards.
        """
        pushed = self.push_index(*tags, name=name)
        self.delete(pushed.document["manifests"][1]["digest"])
        return pushed

    def push_chart(self, *tags: str, name: str = "app", version: str = "1.2.3") -> Pushed:
        """Push a Helm chart."""
        config = {"name": name, "version": version, "apiVersion": "v2", "type": "application"}
        chart = f"name: {name}\nversion: {version}\n".encode()
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": self.describe_blob(json.dumps(config).encode(), media_types.HELM_CONFIG),
            "layers": [
                self.describe_blob(make_layer(f"{name}/Chart.yaml", chart), media_types.HELM_LAYER)
            ],
            "annotations": {
                "org.opencontainers.image.title": name,
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.created": CREATED,
            },
        }
        return self.push_manifest(document, media_types.OCI_MANIFEST, *tags)

    def push_artifact(
        self,
        *tags: str,
        artifact_type: str = "application/vnd.example.report.v1",
        content: bytes = b'{"findings": 0}',
        content_type: str = "application/json",
        subject: Pushed | None = None,
    ) -> Pushed:
        """Push an OCI 1.1 artifact with the empty config, a referrer where it has a subject."""
        document: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "artifactType": artifact_type,
            "config": self.describe_blob(EMPTY_JSON, media_types.OCI_EMPTY),
            "layers": [self.describe_blob(content, content_type)],
            "annotations": {"org.opencontainers.image.created": CREATED},
        }
        if subject is not None:
            document["subject"] = subject.describe()
        return self.push_manifest(document, media_types.OCI_MANIFEST, *tags)

    def push_referrer(self, subject: Pushed, *, has_fallback_tag: bool = True) -> Pushed:
        """Push an SBOM as referrer, and the tag schema's index as clients do for old registries."""
        sbom = json.dumps(_make_spdx()).encode()
        kind = "application/spdx+json"
        pushed = self.push_artifact(
            artifact_type=kind, content=sbom, content_type=kind, subject=subject
        )
        if has_fallback_tag:
            entry = pushed.describe(artifactType=kind, annotations=pushed.document["annotations"])
            self.push_index_of([entry], format_referrers_tag(subject.digest))
        return pushed

    def push_signature(self, signed: Pushed) -> Pushed:
        """Push a cosign signature under its ``sha256-<hex>.sig`` tag."""
        payload = {
            "critical": {
                "identity": {"docker-reference": ""},
                "image": {"docker-manifest-digest": signed.digest},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
        layer = self.describe_blob(
            json.dumps(payload).encode(),
            media_types.COSIGN_SIMPLE_SIGNING,
            annotations={"dev.cosignproject.cosign/signature": "MEUCIQDtest"},
        )
        config = {"os": "", "architecture": "", "config": {}, "rootfs": {"type": "layers"}}
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": self.describe_blob(json.dumps(config).encode(), media_types.OCI_CONFIG),
            "layers": [layer],
        }
        tag = f"{format_referrers_tag(signed.digest)}.sig"
        return self.push_manifest(document, media_types.OCI_MANIFEST, tag)

    def push_foreign_layer_image(self, *tags: str) -> Pushed:
        """Push a Windows image whose base layer lives elsewhere, at its ``urls``."""
        base = make_layer("windows-base")
        foreign = {
            "mediaType": FOREIGN_LAYER,
            "digest": compute_digest(base),
            "size": 1_700_000_000,
            "urls": ["https://layers.example.com/windows-base"],
        }
        config = {**make_config("windows/amd64"), "os.version": "10.0.20348.2113"}
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.DOCKER_MANIFEST,
            "config": self.describe_blob(json.dumps(config).encode(), media_types.DOCKER_CONFIG),
            "layers": [foreign, self.describe_blob(make_layer("windows-app"), DOCKER_LAYER)],
        }
        return self.push_manifest(document, media_types.DOCKER_MANIFEST, *tags)

    def push_hostile_image(self, *tags: str) -> Pushed:
        """Push an image whose labels, author, history and annotations are attacks on a page."""
        config = make_config(labels=HOSTILE_LABELS)
        config["author"] = HOSTILE_TEXT
        config["history"][0]["created_by"] = f"RUN echo {HOSTILE_TEXT}"
        config["config"]["Env"].append(f"HOSTILE={HOSTILE_TEXT}")
        annotations = {"org.opencontainers.image.title": HOSTILE_TEXT}
        return self.push_image(*tags, name="hostile", config=config, annotations=annotations)

    def delete(self, digest: str) -> None:
        """Delete a manifest by digest."""
        _expect(self._client.delete(f"v2/{self.repository}/manifests/{digest}"), 202)


def push_every_kind(pusher: Pusher) -> dict[str, Pushed]:
    """Push one of each kind into a repository; the keys are also the tags."""
    signed = pusher.push_image("signed", name="signed")
    pushed = {
        "oci": pusher.push_image("oci"),
        "docker": pusher.push_docker_image("docker"),
        "index": pusher.push_index("index", has_attestations=True, name="multi"),
        "list": pusher.push_manifest_list("list", name="list"),
        "nested": pusher.push_nested_index("nested"),
        "empty": pusher.push_empty_index("empty"),
        "sparse": pusher.push_sparse_index("sparse"),
        "chart": pusher.push_chart("chart"),
        "artifact": pusher.push_artifact("artifact"),
        "signed": signed,
        "undated": pusher.push_image("undated", name="undated", created=None),
        "zero-date": pusher.push_image("zero-date", name="z", created="0001-01-01T00:00:00Z"),
        "hostile": pusher.push_hostile_image("hostile"),
        "deep": pusher.push_image("deep", name="deep", layers=60),
        "zstd": pusher.push_image("zstd", name="zstd", layer_type=OCI_ZSTD_LAYER),
        "foreign": pusher.push_foreign_layer_image("foreign"),
        "untyped": pusher.push_image_without_media_type("untyped"),
        "t" * 128: pusher.push_image("t" * 128, name="long tag"),
    }
    pusher.push_signature(signed)
    pusher.push_referrer(signed)
    return pushed


def split_platform(platform: str) -> dict[str, str]:
    """Return ``os/architecture[/variant]`` as the platform of an index entry."""
    return dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))


def _expect(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        request = answer.request
        raise AssertionError(
            f"{request.method} {request.url.path}: {answer.status_code} instead of {status}: "
            f"{answer.text[:300]}"
        )


def _make_statement(image: Pushed, kind: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    subject = [{"name": "pkg:docker/app", "digest": {"sha256": image.digest.partition(":")[2]}}]
    return {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": kind,
        "subject": subject,
        "predicate": predicate,
    }


def _make_spdx() -> dict[str, Any]:
    packages = [("musl", "1.2.5-r1", "MIT"), ("openssl", "3.3.2-r1", "Apache-2.0")]
    return {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "app",
        "packages": [
            {
                "name": name,
                "versionInfo": version,
                "licenseDeclared": licence,
                "SPDXID": f"SPDXRef-{name}",
            }
            for name, version, licence in packages
        ],
    }


def _make_provenance() -> dict[str, Any]:
    return {
        "builder": {"id": "https://ci.example.com/run/1"},
        "buildType": "https://mobyproject.org/buildkit@v1",
        "materials": [{"uri": "pkg:docker/alpine@3.21", "digest": {"sha256": "0" * 64}}],
        "invocation": {"configSource": {"uri": "https://git.example.com/app.git"}},
    }


def sign_schema1(payload: bytes) -> bytes:
    """Return a schema1 document with a signature's frame, whose digest is that of the payload."""
    head, tail = payload[:-2], payload[-2:]
    protected = json.dumps({"formatLength": len(head), "formatTail": _encode(tail)})
    signatures = json.dumps([{"protected": _encode(protected.encode())}])
    return head + b',\n   "signatures": ' + signatures.encode() + tail


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
