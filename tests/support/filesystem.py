"""Writes images straight into docker-registry's filesystem layout: ten thousand in seconds."""

import json
import os
from pathlib import Path

from reglite import media_types
from reglite.reference import Digest, compute_digest
from tests.support.images import OCI_LAYER, make_config, make_layer


def fill_filesystem(
    storage: Path,
    *,
    repositories: int = 0,
    tags: int = 0,
    digests: int = 50,
    prefix: str = "scale",
) -> str:
    """Add ``repositories`` of one tag each, and one repository with ``tags`` tags.

    Returns the name of the latter, ``<prefix>/busy``; the others have the tag ``latest`` and are
    named ``<prefix>/group-NNN/app-NNNNN``. The busy one's tags share ``digests`` images.
    ``storage`` is the root of the filesystem driver; the server sees everything at once.
    """
    writer = _LayoutWriter(storage)
    first = writer.write_image("0")
    for number in range(repositories):
        name = f"{prefix}/group-{number // 100:03}/app-{number:05}"
        writer.link(name, first, ["latest"])
    images = [writer.write_image(str(number)) for number in range(min(digests, tags))]
    for number, image in enumerate(images):
        names = [format_busy_tag(n) for n in range(number, tags, len(images))]
        writer.link(f"{prefix}/busy", image, names)
    return f"{prefix}/busy"


def format_busy_tag(number: int) -> str:
    """Return the name of the busy repository's tag with this number."""
    return f"1.{number // 100}.{number % 100}"


class _LayoutWriter:
    def __init__(self, storage: Path) -> None:
        self._root = storage / "docker" / "registry" / "v2"
        self._made: set[str] = set()

    def write_image(self, name: str) -> list[Digest]:
        """Write the blobs of one image; returns the digests of its manifest and of its blobs."""
        layer = make_layer(f"scale-{name}")
        config = json.dumps(make_config(labels={"number": name})).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": _describe(config, media_types.OCI_CONFIG),
            "layers": [_describe(layer, OCI_LAYER)],
        }
        manifest = json.dumps(document).encode()
        return [self._write_blob(raw) for raw in (manifest, config, layer)]

    def link(self, repository: str, image: list[Digest], tags: list[str]) -> None:
        """Make an image part of a repository, under these tags."""
        folder = f"{self._root}/repositories/{repository}"
        manifest, *blobs = image
        self._write_link(f"{folder}/_manifests/revisions/{_format_path(manifest)}", manifest)
        for blob in blobs:
            self._write_link(f"{folder}/_layers/{_format_path(blob)}", blob)
        for tag in tags:  # a tag's index folder is left out: no read and no deletion needs it
            self._write_link(f"{folder}/_manifests/tags/{tag}/current", manifest)

    def _write_blob(self, raw: bytes) -> Digest:
        digest = compute_digest(raw)
        algorithm, _, encoded = digest.partition(":")
        folder = self._root / "blobs" / algorithm / encoded[:2] / encoded
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data").write_bytes(raw)
        return digest

    def _write_link(self, folder: str, digest: Digest) -> None:
        self._make_folder(folder)
        with open(f"{folder}/link", "w") as stream:  # noqa: PTH123 - pathlib takes twice as long
            stream.write(digest)

    def _make_folder(self, folder: str) -> None:
        if folder in self._made:
            return
        self._made.add(folder)
        try:
            os.mkdir(folder)  # noqa: PTH102
        except FileExistsError:
            return
        except FileNotFoundError:
            self._make_folder(folder.rpartition("/")[0])
            os.mkdir(folder)  # noqa: PTH102


def _describe(raw: bytes, media_type: str) -> dict[str, object]:
    return {"mediaType": media_type, "digest": compute_digest(raw), "size": len(raw)}


def _format_path(digest: Digest) -> str:
    return digest.replace(":", "/")
