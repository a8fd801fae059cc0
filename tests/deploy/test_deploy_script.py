"""tools/deploy.sh with a bucket that is a folder: what it uploads, keeps and deletes."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reglite.config.installation import find_templates
from reglite.site import build_site
from tests.support import bucket as stand_in

CHECKOUT = Path(__file__).parents[2]
ALL = 1000
Deploy = Callable[..., bool]


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    (tmp_path / "bucket").mkdir()
    return tmp_path / "bucket"


@pytest.fixture
def deploy(tmp_path: Path, bucket: Path) -> Deploy:
    """Return a function that deploys pages in a colour from a checkout without earlier builds."""
    python = f"#!{sys.executable}\n"
    write_program(tmp_path / "bin/aws", python + Path(stand_in.__file__).read_text("utf-8"))
    write_program(
        tmp_path / "bin/reglite",
        '#!/bin/sh\nrm -rf "$3" && mkdir -p "$3" && cp -R "$SITE/." "$3"\n',
    )
    write_program(tmp_path / "node_modules/.bin/osls", "#!/bin/sh\n")
    (tmp_path / "tools").symlink_to(CHECKOUT / "tools")
    shutil.copytree(find_templates(), tmp_path / "templates")

    def run(colour: str, *, calls: int = ALL) -> bool:
        site = tmp_path / colour
        if not site.exists():
            (tmp_path / "templates/assets/css/base.css").write_text(f"p {{ color: {colour} }}")
            build_site(site, version="1", templates=tmp_path / "templates")
        (tmp_path / "calls").write_text("")
        environ = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "SITE": str(site),
            "BUCKET": str(bucket),
            "CALLS": str(tmp_path / "calls"),
            "LAST_CALL": str(calls),
            "TMPDIR": str(tmp_path),
        }
        command = ["sh", "tools/deploy.sh"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert calls < ALL or done.returncode == 0, done.stderr
        return done.returncode == 0

    return run


def list_named(bucket: Path) -> set[str]:
    """Return the folders of assets that any page names."""
    texts = [path.read_text("utf-8") for path in bucket.rglob("*.html")]
    return {name for text in texts for name in re.findall("assets/([0-9a-f]{12})/", text)}


def list_kept(bucket: Path) -> set[str]:
    return {path.name for path in (bucket / "assets").iterdir()}


def test_assets_of_open_tabs_outlast_the_next_deployment(deploy: Deploy, bucket: Path) -> None:
    deploy("red")
    (red,) = list_named(bucket)
    for _ in range(2):  # the same again takes nothing away
        deploy("green")
        (green,) = list_named(bucket)
        assert list_kept(bucket) == {red, green}

    deploy("blue")

    (blue,) = list_named(bucket)
    assert list_kept(bucket) == {green, blue}
    assert len({red, green, blue}) == 3


def test_record_of_a_build_is_not_published(deploy: Deploy, bucket: Path) -> None:
    (bucket / ".reglite-site").write_text("uploaded once")

    deploy("red")

    assert (bucket / "ru/index.html").is_file()
    assert not [path for path in bucket.rglob("*") if path.name.startswith(".")]


def test_deployment_deletes_its_own_stale_pages_and_nothing_else(
    deploy: Deploy, bucket: Path
) -> None:
    deploy("red")
    (bucket / "index.html").rename(bucket / "gone.html")
    mine = ["robots.txt", "verification.html", "assets/logo.svg", ".well-known/security.txt"]
    for path in mine:
        (bucket / path).parent.mkdir(exist_ok=True)
        (bucket / path).write_text("mine")

    for colour in ("green", "blue"):
        deploy(colour)

    assert not (bucket / "gone.html").exists()
    assert (bucket / "index.html").is_file()
    assert {(bucket / path).read_text() for path in mine} == {"mine"}


def test_deployment_deletes_no_page_of_another_site_in_the_bucket(
    deploy: Deploy, bucket: Path
) -> None:
    deploy("red")
    for path in ("other", "xy"):
        build_site(bucket / path, version="1", base_path=f"/{path}")
    (link,) = (f"assets/{name}/base.css" for name in list_kept(bucket))
    for path in ("status.html", "our status.html", "ru/status.html"):
        (bucket / path).write_text(f'<link rel="stylesheet" href="{link}">')
    before = set(bucket.rglob("*.html"))

    deploy("green")
    kept = list_kept(bucket)
    deploy("green")

    assert set(bucket.rglob("*.html")) == before
    assert list_kept(bucket) == kept  # other sites' pages don't make it look like a new one


def test_deployment_that_ends_at_any_call_leaves_pages_with_their_assets(
    deploy: Deploy, bucket: Path, tmp_path: Path
) -> None:
    deploy("red")
    deploy("green")
    shutil.copytree(bucket, tmp_path / "before")
    calls = 0
    while not deploy("blue", calls=calls):
        named = list_named(bucket)
        assert named <= list_kept(bucket)
        shutil.rmtree(bucket)
        shutil.copytree(tmp_path / "before", bucket)
        calls += 1
    assert calls > 8
    assert not list(tmp_path.glob("tmp.*"))  # its own folder goes, however it ends
