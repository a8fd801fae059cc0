"""SBOM and provenance of the demo's images, as buildx attaches them: in-toto statements."""

from collections.abc import Mapping
from typing import Any

from reglite.demo.recipes import Recipe
from reglite.reference import Digest

SPDX_PREDICATE = "https://spdx.dev/Document"
SLSA_PREDICATE = "https://slsa.dev/provenance/v0.2"
SPDX_MEDIA_TYPE = "application/spdx+json"


def make_statement(
    kind: str, name: str, digest: Digest, predicate: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the in-toto statement about one manifest."""
    algorithm, _, encoded = digest.partition(":")
    return {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": kind,
        "subject": [{"name": name, "digest": {algorithm: encoded}}],
        "predicate": predicate,
    }


def make_sbom(recipe: Recipe, created: str) -> dict[str, Any]:
    """Return an SPDX 2.3 document with a recipe's packages."""
    packages = [
        {
            "SPDXID": f"SPDXRef-Package-{number}",
            "name": name,
            "versionInfo": version,
            "licenseDeclared": licence,
            "licenseConcluded": "NOASSERTION",
            "downloadLocation": "NOASSERTION",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": f"pkg:{_guess_kind(name)}/{name}@{version}",
                }
            ],
        }
        for number, (name, version, licence) in enumerate(recipe.packages, 1)
    ]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": recipe.title,
        "documentNamespace": f"https://sbom.example.com/{recipe.title.replace(' ', '-')}",
        "creationInfo": {"created": created, "creators": ["Tool: syft-v1.38.0"]},
        "packages": packages,
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": package["SPDXID"],
            }
            for package in packages
        ],
    }


def make_provenance(
    recipe: Recipe, repository: str, revision: str, started: str, finished: str
) -> dict[str, Any]:
    """Return SLSA provenance 0.2 with builder, source and materials."""
    source = f"https://git.example.com/{repository}.git"
    return {
        "builder": {"id": f"https://ci.example.com/{repository}/actions/runs/{revision[:8]}"},
        "buildType": "https://mobyproject.org/buildkit@v1",
        "materials": [
            {"uri": f"pkg:docker/{recipe.base}", "digest": {"sha256": revision.ljust(64, "0")}},
            {"uri": source, "digest": {"sha1": revision}},
        ],
        "invocation": {
            "configSource": {
                "uri": f"{source}#refs/heads/main",
                "digest": {"sha1": revision},
                "entryPoint": "Dockerfile",
            },
            "parameters": {
                "frontend": "dockerfile.v0",
                "args": {"label:org.opencontainers.image.revision": revision},
            },
            "environment": {"platform": "linux/amd64"},
        },
        "metadata": {
            "buildStartedOn": started,
            "buildFinishedOn": finished,
            "completeness": {"parameters": True, "environment": True, "materials": False},
            "reproducible": False,
        },
    }


def _guess_kind(name: str) -> str:
    return "golang" if "/" in name else "generic"
