"""The demo's believable content, and as many repositories and tags as a scale test wants.

Everything is the same at every start but for the dates, which count back from the start, so that
the newest image is always a few minutes old. Layers are virtual (``store.VirtualBlob``).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from reglite import media_types
from reglite.demo import recipes
from reglite.demo.artifacts import build_artifact, build_chart, sign
from reglite.demo.attestations import SPDX_MEDIA_TYPE, make_sbom
from reglite.demo.builder import ImageBuilder, format_time
from reglite.demo.registry import MemoryRegistry
from reglite.demo.store import StoredRepository
from reglite.reference import Repository, compute_digest

_SERVERS = ("linux/amd64", "linux/arm64/v8")
_EVERYWHERE = ("linux/amd64", "linux/arm64/v8", "linux/arm/v7")


def fill_demo(registry: MemoryRegistry, *, now: datetime | None = None) -> None:
    """Fill a registry with the demo's repositories."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    _fill_storefront(registry, now)
    _fill_payments(registry, now)
    _fill_docker_images(registry, now)
    _fill_charts(registry, now)
    _fill_runner(registry, now)
    _fill_single_images(registry, now)
    _fill_windows_agent(registry, now)
    _fill_artifacts(registry, now)
    _fill_odd_ones(registry, now)


def fill_many(
    registry: MemoryRegistry,
    *,
    repositories: int = 10_000,
    tags: int = 10_000,
    digests: int = 50,
    now: datetime | None = None,
) -> str:
    """Add many repositories of one tag, and one repository with many tags; returns its name.

    The tags share ``digests`` images, as the tags of a busy pipeline do not, to stay small.
    """
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    first = ImageBuilder(registry, "scale/group-000/app-00000", recipes.PAYMENTS)
    first.build_image("latest", version="1.0.0", created=now - timedelta(days=1))
    held = registry.repositories[Repository(first.repository)]
    for number in range(1, repositories):
        name = Repository(f"scale/group-{number // 100:03}/app-{number:05}")
        registry.repositories[name] = StoredRepository(
            dict(held.manifests), dict(held.tags), dict(held.blobs), was_tagged=True
        )
    busy = ImageBuilder(registry, "scale/busy", recipes.PAYMENTS)
    built = [
        busy.build_image(version=f"1.0.{n}", created=now - timedelta(hours=n))
        for n in range(min(digests, tags))
    ]
    for number in range(tags):
        tag = f"1.{number // 100}.{number % 100}"
        registry.move_tag(busy.repository, tag, built[number % len(built)].digest)
    return busy.repository


def _fill_storefront(registry: MemoryRegistry, now: datetime) -> None:
    builder = ImageBuilder(registry, "shop/storefront", recipes.STOREFRONT)
    releases: Sequence[tuple[float, str, tuple[str, ...]]] = (
        (61.0, "1.2.0", ("1.2.0", "1.2")),
        (47.2, "1.3.0", ("1.3.0",)),
        (33.4, "1.3.1", ("1.3.1", "1.3")),
        (19.1, "1.4.0", ("1.4.0",)),
        (8.6, "1.4.1", ("1.4.1",)),
        (2.3, "1.4.2", ("1.4.2", "1.4", "1", "stable", "latest")),
        (0.125, "1.5.0-rc.1", ("1.5.0-rc.1", "edge")),
    )
    for days, version, tags in releases:
        builder.build_index(
            *tags,
            version=version,
            created=now - timedelta(days=days),
            platforms=_EVERYWHERE if version >= "1.4" else _SERVERS,
            has_attestations=True,
        )
    for number, days in ((412, 0.03), (409, 0.9)):
        builder.build_image(
            f"pr-{number}", version=f"pr-{number}", created=now - timedelta(days=days)
        )


def _fill_payments(registry: MemoryRegistry, now: datetime) -> None:
    builder = ImageBuilder(registry, "shop/payments", recipes.PAYMENTS)
    for days, version, tags in (
        (24.0, "3.0.0", ("3.0.0",)),
        (5.5, "3.1.0", ("3.1.0", "3.1", "3", "latest")),
    ):
        created = now - timedelta(days=days)
        built = builder.build_index(
            *tags, version=version, created=created, platforms=_SERVERS, has_attestations=True
        )
        sign(builder, built)
        sbom = builder.put_json(
            make_sbom(builder.recipe, format_time(created)),
            SPDX_MEDIA_TYPE,
            annotations={"org.opencontainers.image.title": "sbom.spdx.json"},
        )
        build_artifact(
            builder,
            artifact_type=SPDX_MEDIA_TYPE,
            layers=[sbom],
            created=created + timedelta(minutes=4),
            subject=built,
        )
        report = builder.put_json(
            {"scanner": "trivy 0.67.2", "critical": 0, "high": 1, "medium": 4, "low": 11},
            "application/json",
        )
        build_artifact(
            builder,
            artifact_type="application/vnd.example.vulnerability-report.v1+json",
            layers=[report],
            created=created + timedelta(minutes=9),
            annotations={"org.opencontainers.image.description": "Nightly vulnerability scan"},
            subject=built,
        )


def _fill_docker_images(registry: MemoryRegistry, now: datetime) -> None:
    docker = media_types.DOCKER_MANIFEST
    backup = ImageBuilder(registry, "ops/postgres-backup", recipes.BACKUP, docker)
    backup.build_image("15", "15.14", version="15.14", created=now - timedelta(days=203))
    backup.build_image(
        "16", "16.10", "latest", version="16.10", created=now - timedelta(days=88, hours=5)
    )
    intranet = ImageBuilder(registry, "legacy/intranet", recipes.INTRANET, docker)
    for days, version, tags in (
        (1460.0, "2021.4", ("2021.4",)),
        (402.0, "2024.2", ("2024.2", "latest")),
    ):
        intranet.build_index(
            *tags, version=version, created=now - timedelta(days=days), platforms=_SERVERS
        )


def _fill_charts(registry: MemoryRegistry, now: datetime) -> None:
    for name, versions in {
        "charts/storefront": ("0.9.0", "0.9.1", "1.0.0", "1.1.0"),
        "charts/monitoring": ("4.2.0", "4.3.0-beta.1"),
    }.items():
        builder = ImageBuilder(registry, name, recipes.STOREFRONT)
        for number, version in enumerate(versions):
            created = now - timedelta(days=11 * (len(versions) - number), hours=number)
            build_chart(builder, version, version=version, created=created, app_version="1.4.2")


def _fill_runner(registry: MemoryRegistry, now: datetime) -> None:
    builder = ImageBuilder(registry, "platform/ci/runner", recipes.RUNNER)
    patches = ("1", "0", "0-rc.2", "0-rc.1")
    versions = [f"17.{minor}.{patch}" for minor in range(18, 3, -1) for patch in patches]
    for number, version in enumerate(versions):
        tags = [version] + (["latest", "17"] if number == 0 else [])
        created = now - timedelta(days=7.3 * number, hours=2)
        builder.build_index(*tags, version=version, created=created, platforms=_SERVERS)


def _fill_single_images(registry: MemoryRegistry, now: datetime) -> None:
    notebooks = ImageBuilder(registry, "team/data/notebooks/gpu", recipes.NOTEBOOK)
    notebooks.build_image("2026.10", version="2026.10", created=now - timedelta(days=40))
    notebooks.build_image(
        "2026.11", "latest", version="2026.11", created=now - timedelta(days=12, hours=7)
    )
    gateway = ImageBuilder(registry, "edge/sensor-gateway", recipes.GATEWAY)
    gateway.build_index(
        "0.8.3",
        "latest",
        version="0.8.3",
        created=now - timedelta(hours=6),
        platforms=("linux/arm/v6", "linux/arm/v7", "linux/arm64/v8", "linux/riscv64"),
    )


def _fill_windows_agent(registry: MemoryRegistry, now: datetime) -> None:
    builder = ImageBuilder(
        registry, "platform/windows/build-agent", recipes.WINDOWS_AGENT, media_types.DOCKER_MANIFEST
    )
    version, os_version = "2.9.0", "10.0.20348.4405"
    built = builder.build_image(
        version=version,
        created=now - timedelta(days=26),
        platform="windows/amd64",
        **{"os.version": os_version},
    )
    entry = built.describe(
        platform={"os": "windows", "architecture": "amd64", "os.version": os_version}
    )
    builder.put_index([entry], version, "ltsc2022", media_type=media_types.DOCKER_MANIFEST_LIST)


def _fill_artifacts(registry: MemoryRegistry, now: datetime) -> None:
    policies = ImageBuilder(registry, "policies/admission", recipes.PAYMENTS)
    rules = {"package": "admission", "rules": ["no-root", "known-registries", "limits-set"]}
    build_artifact(
        policies,
        "v7",
        "latest",
        artifact_type="application/vnd.example.policy.bundle.v1",
        layers=[policies.put_json(rules, "application/json")],
        created=now - timedelta(days=3, hours=4),
        annotations={"org.opencontainers.image.description": "Admission rules of the clusters"},
    )


def _fill_odd_ones(registry: MemoryRegistry, now: datetime) -> None:
    """Add what every registry gathers: an emptied repository, broken and undated images."""
    sandbox = ImageBuilder(registry, "sandbox/experiments", recipes.GATEWAY)
    sandbox.build_image("undated", version="undated", created=None)
    sandbox.put_index([], "empty-index")
    kept = sandbox.build_image(version="half", created=now - timedelta(days=70))
    gone = compute_digest(b"a child that was deleted on its own")
    sandbox.put_index(
        [
            kept.describe(platform={"os": "linux", "architecture": "amd64"}),
            {
                "mediaType": media_types.OCI_MANIFEST,
                "digest": gone,
                "size": 1021,
                "platform": {"os": "linux", "architecture": "arm64"},
            },
        ],
        "broken",
    )
    emptied = ImageBuilder(registry, "sandbox/emptied", recipes.GATEWAY)
    emptied.build_image("old", version="old", created=now - timedelta(days=500))
    registry.remove_tag(emptied.repository, "old")
