import json
from typing import Any

import pytest

from reglite import media_types
from reglite.browse.content import MAX_CHILDREN, MAX_ENTRIES
from reglite.browse.manifest import ManifestView, get_manifest_view
from reglite.errors import BadRequest, ManifestUnknown, RegistryProtocol
from reglite.reference import Tag
from tests.browse.documents import CREATED, REPOSITORY, Shelf, describe, make_digest

pytestmark = pytest.mark.anyio

CONTRACT_KEYS = [
    "registry",
    "repository",
    "reference",
    "digest",
    "media_type",
    "artifact_type",
    "kind",
    "created",
    "size_bytes",
    "manifest_bytes",
    "annotations",
    "subject",
    "platforms",
    "members",
    "image",
    "layers",
    "unread",
    "raw",
]


async def view(shelf: Shelf, tag: str = "v1", platform: str | None = None) -> ManifestView:
    return await get_manifest_view(shelf.client, REPOSITORY, Tag(tag), platform=platform)


async def test_an_image_has_its_config_history_layers_and_one_platform() -> None:
    shelf = Shelf()
    layers = [describe("base", 100), describe("app", 20, urls=["https://example.com/app"])]
    image = shelf.add_image(
        "v1",
        layers=layers,
        author="ana",
        config={
            "User": "1000",
            "WorkingDir": "/srv",
            "Env": ["A=b"],
            "Entrypoint": ["/init"],
            "Cmd": ["run"],
            "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
            "Volumes": {"/data": {}},
            "Labels": {"a": "b"},
            "StopSignal": "SIGINT",
            "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5},
        },
        history=[
            {"created": CREATED, "created_by": "ADD rootfs"},
            {"created_by": "ENV A=b", "empty_layer": True},
            {"created_by": "COPY app", "comment": "buildkit"},
        ],
    )

    shown = (await view(shelf)).to_json()

    config_size = len(next(iter(shelf.blobs.values())))
    assert list(shown) == CONTRACT_KEYS
    assert shown["digest"] == image["digest"]
    assert shown["kind"] == "image"
    assert shown["artifact_type"] is None
    assert shown["created"] == CREATED
    assert shown["size_bytes"] == config_size + 120
    assert shown["manifest_bytes"] == image["size"]
    assert json.loads(shown["raw"])["layers"] == layers
    assert shown["platforms"] == [
        {
            "platform": "linux/amd64",
            "os_version": None,
            "os_features": [],
            "digest": image["digest"],
            "media_type": media_types.OCI_MANIFEST,
            "size_bytes": config_size + 120,
            "created": CREATED,
            "attestations": [],
        }
    ]
    assert shown["layers"][1] == {
        "digest": make_digest("app"),
        "media_type": layers[1]["mediaType"],
        "size_bytes": 20,
        "annotations": {},
        "urls": ["https://example.com/app"],
    }
    assert shown["image"] == {
        "os": "linux",
        "architecture": "amd64",
        "variant": None,
        "created": CREATED,
        "author": "ana",
        "user": "1000",
        "working_dir": "/srv",
        "env": ["A=b"],
        "entrypoint": ["/init"],
        "cmd": ["run"],
        "exposed_ports": ["443/tcp", "80/tcp"],
        "volumes": ["/data"],
        "labels": {"a": "b"},
        "stop_signal": "SIGINT",
        "healthcheck": {"Test": ["CMD", "true"], "Interval": 5},
        "history": [
            {
                "created": CREATED,
                "created_by": "ADD rootfs",
                "comment": None,
                "empty_layer": False,
                "layer": make_digest("base"),
                "size_bytes": 100,
            },
            {
                "created": None,
                "created_by": "ENV A=b",
                "comment": None,
                "empty_layer": True,
                "layer": None,
                "size_bytes": None,
            },
            {
                "created": None,
                "created_by": "COPY app",
                "comment": "buildkit",
                "empty_layer": False,
                "layer": make_digest("app"),
                "size_bytes": 20,
            },
        ],
    }


async def test_an_index_counts_shared_blobs_once_and_shows_attestations_under_their_image() -> None:
    shelf = Shelf()
    shared = describe("shared", 1000)
    amd64 = shelf.add_image(layers=[shared, describe("amd64", 1)], created="2026-01-01T00:00:00Z")
    arm64 = shelf.add_image(layers=[shared, describe("arm64", 2)], platform="linux/arm64/v8")
    attestation = {
        **describe("attestation", 500, media_types.OCI_MANIFEST),
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": arm64["digest"],
        },
    }
    index = shelf.add_index([amd64, arm64, attestation], "v1")

    shown = await view(shelf)

    configs = sum(map(len, shelf.blobs.values()))
    assert (shown.kind, shown.image, shown.layers) == ("index", None, ())
    assert shown.digest == index["digest"]
    assert shown.size_bytes == configs + 1003
    assert shown.created == CREATED
    assert [row.platform for row in shown.platforms] == ["linux/amd64", "linux/arm64/v8"]
    assert [row.attestations for row in shown.platforms] == [(), (attestation["digest"],)]
    assert attestation["digest"] not in shelf.requests


async def test_a_platform_of_an_index_shows_its_image_while_the_digest_stays_the_indexes() -> None:
    shelf = Shelf()
    images = [shelf.add_image(platform=p) for p in ("linux/amd64", "linux/arm64/v8")]
    index = shelf.add_index(images, "v1")

    for wanted in ("linux/arm64/v8", "linux/arm64"):
        shown = await view(shelf, platform=wanted)
        assert shown.image is not None
        assert (shown.image.architecture, shown.digest) == ("arm64", index["digest"])


async def test_an_unknown_platform_is_answered_with_those_there_are() -> None:
    shelf = Shelf()
    shelf.add_index([shelf.add_image()], "v1")

    with pytest.raises(ManifestUnknown, match="linux/amd64") as failure:
        await view(shelf, platform="windows/amd64")

    assert failure.value.detail == {"platforms": ["linux/amd64"]}


@pytest.mark.parametrize("platform", ["linux", "a/b/c/d", "linux/am d64", "/", "x/" + "y" * 300])
async def test_a_malformed_platform_is_a_bad_request(platform: str) -> None:
    with pytest.raises(BadRequest):
        await view(Shelf(), platform=platform)


async def test_a_child_that_the_registry_lacks_keeps_its_platform_and_adds_no_bytes() -> None:
    shelf = Shelf()
    amd64 = shelf.add_image(layers=[describe("amd64", 7)])
    missing = describe("gone", 900, media_types.OCI_MANIFEST)
    missing["platform"] = {"os": "linux", "architecture": "s390x"}
    shelf.add_index([missing, amd64], "v1")

    shown = await view(shelf)

    assert [(row.platform, row.size_bytes) for row in shown.platforms] == [
        ("linux/s390x", 0),
        ("linux/amd64", shown.size_bytes),
    ]
    with pytest.raises(ManifestUnknown, match="missing in the registry"):
        await view(shelf, platform="linux/s390x")


async def test_an_empty_index_has_no_bytes() -> None:
    shelf = Shelf()
    shelf.add_index([], "v1", annotations={"org.opencontainers.image.created": CREATED})

    shown = await view(shelf)

    assert (shown.size_bytes, shown.platforms, shown.created) == (0, (), CREATED)


async def test_nested_indexes_are_flattened_in_order_and_each_is_read_once() -> None:
    shelf = Shelf()
    images = [shelf.add_image(platform=p) for p in ("linux/amd64", "linux/arm64", "linux/s390x")]
    inner = shelf.add_index(images[1:])
    shelf.add_index([inner, images[0], inner, *[inner] * 50], "v1")

    shown = await view(shelf)

    assert [row.platform for row in shown.platforms] == [
        "linux/arm64",
        "linux/s390x",
        "linux/amd64",
    ]


async def test_an_index_that_reaches_itself_ends() -> None:
    shelf = Shelf()
    image = shelf.add_image()
    looping = shelf.add_index([image, describe("loop", 1, media_types.OCI_INDEX)], "v1")
    shelf.manifests[make_digest("loop")] = shelf.manifests[looping["digest"]]

    assert [row.platform for row in (await view(shelf)).platforms] == ["linux/amd64"]


async def test_an_index_nested_without_end_is_followed_to_a_bounded_depth() -> None:
    shelf = Shelf()
    inner = shelf.add_image()
    for _ in range(20):
        inner = shelf.add_index([inner, shelf.add_image(platform=f"linux/p{len(shelf.blobs)}")])
    shelf.add_index([inner], "v1")

    shown = await view(shelf)

    assert 1 <= len(shown.platforms) < 20


async def test_an_index_with_too_many_children_reads_a_bounded_number_of_them() -> None:
    shelf = Shelf()
    children = [
        {
            **describe(f"child {n}", 1, media_types.OCI_MANIFEST),
            "platform": {"os": "linux", "architecture": f"a{n}"},
        }
        for n in range(3 * MAX_CHILDREN)
    ]
    shelf.add_index(children, "v1")

    shown = await view(shelf)

    assert len(shown.platforms) == len(children)
    assert len(shelf.requests) == MAX_CHILDREN + 1


async def test_children_without_a_platform_take_that_of_their_config() -> None:
    shelf = Shelf()
    image = shelf.add_image(platform="linux/riscv64")
    nameless = shelf.add_image(os=None, architecture=None)
    del image["platform"], nameless["platform"]
    shelf.add_index([image, nameless], "v1")

    platforms = [row.platform for row in (await view(shelf)).platforms]

    assert platforms == ["linux/riscv64", "unknown/unknown"]


LINUX = {"os": "linux", "architecture": "amd64"}
EMPTY = describe("{}", 2, media_types.OCI_EMPTY)


def add_artifact(shelf: Shelf, artifact_type: str, *blobs: dict[str, Any]) -> dict[str, Any]:
    return shelf.add({"artifactType": artifact_type, "config": EMPTY, "layers": list(blobs)})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"artifactType": "application/x.model"},
        {"artifactType": "application/x.model", "platform": LINUX},
    ],
    ids=["by-what-it-is", "by-its-entry", "whatever-platform-says"],
)
async def test_artifacts_in_an_index_are_members_with_their_sizes(fields: dict[str, Any]) -> None:
    shelf = Shelf()
    notes = {"annotations": {"org.opencontainers.image.title": "weights"}}
    model = add_artifact(shelf, "application/x.model", describe("weights", 9_000_000_000))
    attestation = add_artifact(shelf, media_types.IN_TOTO, describe("statement", 77))
    image = shelf.add_image(layers=[describe("layer", 5)])
    shelf.add_index([image, {**model, **fields, **notes}, attestation], "v1")

    shown = await view(shelf)

    config_size = len(next(iter(shelf.blobs.values())))
    assert [row.platform for row in shown.platforms] == ["linux/amd64"]
    assert [member.to_json() for member in shown.members] == [
        {
            "digest": model["digest"],
            "media_type": media_types.OCI_MANIFEST,
            "artifact_type": "application/x.model",
            "size_bytes": 9_000_000_002,
            **notes,
        }
    ]
    assert shown.size_bytes == config_size + 5 + 9_000_000_002


async def test_an_index_of_charts_alone_is_not_empty() -> None:
    shelf = Shelf()
    config = describe("chart", 100, media_types.HELM_CONFIG)
    chart = shelf.add({"config": config, "layers": [describe("tgz", 900, media_types.HELM_LAYER)]})
    shelf.add_index([chart, chart], "v1")

    shown = await view(shelf)

    assert (shown.kind, shown.platforms, shown.size_bytes) == ("index", (), 1000)
    assert [(m.artifact_type, m.size_bytes) for m in shown.members] == [
        (media_types.HELM_CONFIG, 1000)
    ]


async def test_an_entry_that_is_no_manifest_or_is_missing_is_listed_all_the_same() -> None:
    shelf = Shelf()
    blob = describe("weights", 700, "application/vnd.safetensors")
    missing = {**describe("gone", 5, media_types.OCI_MANIFEST), "artifactType": "a/b"}
    shelf.add_index([blob, missing], "v1")

    shown = await view(shelf)

    assert [(member.media_type, member.size_bytes) for member in shown.members] == [
        ("application/vnd.safetensors", 700),
        (media_types.OCI_MANIFEST, 0),
    ]
    assert shown.size_bytes == 700


def windows(version: str, *features: str) -> dict[str, Any]:
    return {
        "os": "windows", "architecture": "amd64", "os.version": version,
        **({"os.features": list(features)} if features else {}),
    }  # fmt: skip


async def test_images_of_one_platform_are_told_apart_and_each_can_be_chosen() -> None:
    shelf = Shelf()
    children = [
        {**shelf.add_image(layers=[describe(name, size)]), "platform": platform}
        for name, size, platform in (
            ("2019", 19, windows("10.0.17763.6414")),
            ("2022", 22, windows("10.0.20348.2762", "win32k")),
            ("nydus", 33, {**LINUX, "os.features": ["nydus.remoteimage.v1"]}),
        )
    ]
    shelf.add_index(children, "v1")

    shown = await view(shelf)
    assert [(row.platform, row.os_version, row.os_features) for row in shown.platforms] == [
        ("windows/amd64", "10.0.17763.6414", ()),
        ("windows/amd64", "10.0.20348.2762", ("win32k",)),
        ("linux/amd64", None, ("nydus.remoteimage.v1",)),
    ]
    for child, size in zip(children, (19, 22, 33), strict=True):
        chosen = await view(shelf, platform=child["digest"])
        assert [layer.size_bytes for layer in chosen.layers] == [size]
    first = await view(shelf, platform="windows/amd64")
    assert [layer.size_bytes for layer in first.layers] == [19]
    with pytest.raises(ManifestUnknown, match="is not in this index"):
        await view(shelf, platform=make_digest("elsewhere"))


async def test_an_image_tells_its_own_version() -> None:
    shelf = Shelf()
    image = shelf.add_image("own", **windows("10.0.1", "win32k"))
    shelf.add_index([{**image, "platform": {"os": "windows", "architecture": "amd64"}}], "v1")

    for tag in ("own", "v1"):
        (row,) = (await view(shelf, tag)).platforms
        assert (row.os_version, row.os_features) == ("10.0.1", ("win32k",))


@pytest.mark.parametrize("media_type", sorted(media_types.ARTIFACT_MANIFESTS))
async def test_an_artifact_manifest_has_blobs_instead_of_layers(media_type: str) -> None:
    shelf = Shelf()
    document = {
        "mediaType": media_type,
        "artifactType": "application/x.model",
        "blobs": [describe("a", 30), describe("b", 12)],
    }
    child = shelf.add(document, "v1", media_type=media_type)
    shelf.add_index([child], "list")

    shown = await view(shelf)

    assert (shown.kind, shown.artifact_type) == ("artifact", "application/x.model")
    assert (shown.size_bytes, [layer.size_bytes for layer in shown.layers]) == (42, [30, 12])
    assert (await view(shelf, "list")).size_bytes == 42


async def test_a_wasm_config_tells_when_it_was_built_and_where_it_runs() -> None:
    shelf = Shelf()
    config = {"created": CREATED, "os": "wasip2", "architecture": "wasm", "component": {}}
    blob = shelf.add_blob(json.dumps(config).encode(), media_types.WASM_CONFIG)
    shelf.add({"config": blob, "layers": [describe("module", 40, "application/wasm")]}, "v1")

    shown = await view(shelf)

    assert (shown.kind, shown.created, shown.size_bytes) == ("artifact", CREATED, blob["size"] + 40)
    assert [row.platform for row in shown.platforms] == ["wasip2/wasm"]
    assert shown.image is not None
    assert (shown.image.os, shown.image.architecture) == ("wasip2", "wasm")


async def test_a_config_that_the_registry_lacks_leaves_the_image_out() -> None:
    shelf = Shelf()
    shelf.add_image("v1", layers=[describe("layer", 5)])
    shelf.blobs.clear()

    shown = await view(shelf)

    assert (shown.kind, shown.image, shown.created) == ("image", None, None)
    assert [layer.size_bytes for layer in shown.layers] == [5]


@pytest.mark.parametrize("raw", [b"not json", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"])
async def test_a_config_that_is_no_image_config_leaves_the_image_out(raw: bytes) -> None:
    shelf = Shelf()
    shelf.add({"config": shelf.add_blob(raw), "layers": []}, "v1")

    shown = await view(shelf)

    assert (shown.kind, shown.image) == ("image", None)
    assert shown.size_bytes == len(raw)


WRONG: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "text",
    "\ud800",
    [],
    [1],
    {},
    {"a": [1]},
    [["x"]],
    [{}],
]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
async def test_fields_of_the_wrong_type_are_read_as_absent(wrong: Any) -> None:
    shelf = Shelf()
    settings = ("User", "WorkingDir", "Env", "Entrypoint", "Cmd", "ExposedPorts", "Volumes")
    config = dict.fromkeys((*settings, "Labels", "StopSignal", "Healthcheck"), wrong)
    names = ("os", "architecture", "variant", "author", "history", "created", "comment")
    blob = shelf.add_blob(json.dumps(dict.fromkeys(names, wrong) | {"config": config}).encode())
    fields = dict.fromkeys(("annotations", "subject", "artifactType", "schemaVersion"), wrong)
    layer = {"digest": make_digest("layer"), "size": wrong, "annotations": wrong, "urls": wrong}
    child = shelf.add({**fields, "config": blob, "layers": [layer, wrong]}, "image")
    shelf.add_index([{**child, "platform": wrong, "annotations": wrong}, wrong], "index", **fields)
    for document in (dict.fromkeys(("config", "layers"), wrong), dict.fromkeys(["layers"], wrong)):
        shelf.add(document, f"v{len(shelf.manifests)}")
    shelf.add({"manifests": wrong}, "list", media_type=media_types.OCI_INDEX)

    for tag in [name for name in shelf.manifests if ":" not in name]:
        shown = (await view(shelf, tag)).to_json()
        assert json.dumps(shown).encode()
        assert json.dumps(shown, ensure_ascii=False).encode()
        assert shown["size_bytes"] >= 0


async def test_a_manifest_that_is_no_json_object_is_a_protocol_error() -> None:
    shelf = Shelf()
    shelf.add(["no", "object"], "v1")

    with pytest.raises(RegistryProtocol):
        await view(shelf)


async def test_schema1_is_read_without_sizes_oldest_layer_first() -> None:
    shelf = Shelf()
    newest = {
        "created": CREATED,
        "os": "linux",
        "architecture": "amd64",
        "config": {"Cmd": ["run"]},
        "container_config": {"Cmd": ["/bin/sh", "-c", "COPY app"]},
    }
    oldest = {"container_config": {"Cmd": ["/bin/sh", "-c", "ADD rootfs"]}}
    document = {
        "schemaVersion": 1,
        "architecture": "amd64",
        "fsLayers": [{"blobSum": make_digest("app")}, {"blobSum": make_digest("base")}],
        "history": [{"v1Compatibility": json.dumps(entry)} for entry in (newest, oldest)],
    }
    shelf.add(document, "v1", media_type=media_types.DOCKER_SCHEMA1_SIGNED)

    shown = await view(shelf)

    assert (shown.kind, shown.size_bytes, shown.created) == ("image", None, CREATED)
    assert [layer.digest for layer in shown.layers] == [make_digest("base"), make_digest("app")]
    assert [layer.size_bytes for layer in shown.layers] == [None, None]
    assert [row.platform for row in shown.platforms] == ["linux/amd64"]
    assert shown.image is not None
    assert [(step.created_by, step.layer) for step in shown.image.history] == [
        ("/bin/sh -c ADD rootfs", make_digest("base")),
        ("/bin/sh -c COPY app", make_digest("app")),
    ]
    assert len(shelf.requests) == 1


async def test_a_subject_is_a_descriptor() -> None:
    shelf = Shelf()
    subject = describe("image", 7, media_types.OCI_MANIFEST)
    shelf.add({"subject": subject, "layers": []}, "v1")

    assert (await view(shelf)).to_json()["subject"] == {
        "digest": subject["digest"],
        "media_type": media_types.OCI_MANIFEST,
        "size_bytes": 7,
    }


async def test_a_chart_has_its_annotations_date_and_no_platform() -> None:
    shelf = Shelf()
    document = {
        "config": describe("Chart", 30, media_types.HELM_CONFIG),
        "layers": [describe("chart", 70, media_types.HELM_LAYER)],
        "annotations": {"org.opencontainers.image.created": "2026-01-02T05:04:05+02:00"},
    }
    shelf.add(document, "v1")

    shown = await view(shelf)

    assert (shown.kind, shown.artifact_type) == ("chart", media_types.HELM_CONFIG)
    assert (shown.created, shown.size_bytes, shown.platforms) == (CREATED, 100, ())
    assert len(shelf.requests) == 1


async def test_an_answer_is_not_many_times_longer_than_what_it_is_made_of() -> None:
    shelf = Shelf()
    config = shelf.add_blob(json.dumps({"history": [{}] * 500_000}).encode())
    shelf.add({"config": config, "layers": [{}] * 500_000}, "image")
    entry = {"digest": make_digest("x"), "platform": {"os": "a", "architecture": "b"}}
    entries = [{**entry, "digest": make_digest(str(n))} for n in range(5 * MAX_ENTRIES)]
    shelf.add_index(entries, "index")

    for tag in ("image", "index"):
        shown = (await view(shelf, tag)).to_json()
        raw = shown.pop("raw")
        assert len(json.dumps(shown)) < 2 * max(len(raw), config["size"])


async def test_a_manifest_of_very_many_layers_is_read() -> None:
    shelf = Shelf()
    layer = describe("layer", 3)
    shelf.add({"config": {}, "layers": [layer] * 20_000 + [{}] * 100_000}, "v1")

    shown = await view(shelf)

    assert (len(shown.layers), shown.size_bytes) == (20_000, 3)
