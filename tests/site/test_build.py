"""What a build leaves on disk, and what it never touches."""

import os
import re
import shutil
from pathlib import Path

import pytest

from reglite.config.installation import find_templates
from reglite.errors import ConfigurationError
from reglite.site import build_site
from reglite.site.build import MARKER

PAGES = {"index.html", "repositories.html", "tags.html", "manifest.html", "api.html"}


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_page_is_there_in_both_languages(tmp_path: Path) -> None:
    build_site(tmp_path / "site", version="1.2.3")
    built = read_all(tmp_path / "site")
    assert {path for path in built if "/" not in path} == PAGES | {MARKER}
    assert {path for path in built if path.startswith("ru/")} == {f"ru/{page}" for page in PAGES}


def test_same_input_gives_same_bytes(tmp_path: Path) -> None:
    build_site(tmp_path / "one", version="1.2.3")
    build_site(tmp_path / "two", version="1.2.3")
    assert read_all(tmp_path / "one") == read_all(tmp_path / "two")


def test_a_build_replaces_what_an_earlier_one_made(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(out, version="1.2.3")
    build_site(out, version="1.2.3", title="Ours")
    assert "<title>Registries, Ours</title>" in (out / "index.html").read_text("utf-8")


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("precious")
    with pytest.raises(ConfigurationError, match=r"was not made by reglite build.*--out"):
        build_site(tmp_path, version="1.2.3")
    assert read_all(tmp_path) == {"photo.jpg": b"precious"}


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("precious")
    with pytest.raises(ConfigurationError, match="is a file"):
        build_site(tmp_path / "site", version="1.2.3")
    assert (tmp_path / "site").read_text() == "precious"


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    build_site(tmp_path, version="1.2.3")
    assert (tmp_path / "index.html").is_file()


def test_nothing_temporary_stays_beside_the_site(tmp_path: Path) -> None:
    build_site(tmp_path / "site", version="1.2.3")
    build_site(tmp_path / "site", version="1.2.3")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_published_clone_keeps_its_commits_and_what_its_host_needs(tmp_path: Path) -> None:
    build_site(tmp_path / "site", version="1.2.3")
    clone = tmp_path / "clone"
    shutil.copytree(tmp_path / "site", clone)  # the record comes with it
    mine = {".git/HEAD": b"unpushed", ".nojekyll": b"", "CNAME": b"ui.example.com", "a/b": b"c"}
    for path, body in mine.items():
        (clone / path).parent.mkdir(exist_ok=True)
        (clone / path).write_bytes(body)

    build_site(clone, version="1.2.3", title="Ours")

    after = read_all(clone)
    assert after.items() >= mine.items()
    assert b"<title>Registries, Ours</title>" in after["index.html"]
    assert after.keys() == read_all(tmp_path / "site").keys() | mine.keys()


def test_a_marker_that_leads_anywhere_makes_no_folder_ours(tmp_path: Path) -> None:
    out = tmp_path / "home"
    build_site(tmp_path / "site", version="1.2.3")
    out.mkdir()
    (out / "photo.jpg").write_text("precious")
    (out / MARKER).symlink_to(tmp_path / "site" / MARKER)

    with pytest.raises(ConfigurationError, match=r"was not made by reglite build.*--out"):
        build_site(out, version="1.2.3")

    assert (out / "photo.jpg").read_text() == "precious"
    assert (out / MARKER).is_symlink()


def test_pages_can_be_read_by_the_server_under_a_strict_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        build_site(tmp_path / "www" / "site", version="1.2.3")
    finally:
        os.umask(before)

    paths = list((tmp_path / "www").rglob("*"))
    assert {p.stat().st_mode & 0o777 for p in paths if p.is_file()} == {0o644}
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "www", *paths) if p.is_dir()} == {0o755}


def test_assets_that_an_open_tab_asks_for_outlast_the_next_build(tmp_path: Path) -> None:
    out, templates = tmp_path / "site", tmp_path / "templates"
    shutil.copytree(find_templates(), templates)
    folders = []
    for colour in ("red", "green", "blue"):
        (templates / "assets/css/base.css").write_text(f"p {{ color: {colour} }}")
        build_site(out, version="1.2.3", templates=templates)
        page = (out / "index.html").read_text("utf-8")
        folders.append(re.findall(r"assets/([0-9a-f]+)/", page)[0])
        assert {path.name for path in (out / "assets").iterdir()} == {*folders[-2:]}
        assert (out / f"assets/{folders[-1]}/js/core.js").is_file()
    assert len({*folders}) == 3


def test_the_folder_itself_stays_as_a_mount_point_must(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(out, version="1.2.3")
    before = out.stat().st_ino

    build_site(out, version="1.2.3", title="Ours")

    assert out.stat().st_ino == before


def test_a_failed_build_keeps_the_site_that_was_there(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(out, version="1.2.3")
    before = read_all(out)
    broken = tmp_path / "templates"
    (broken / "assets" / "css").mkdir(parents=True)
    (broken / "locales").mkdir()
    (broken / "locales" / "en.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"en\.json"):
        build_site(out, version="1.2.3", templates=broken)
    assert read_all(out) == before


@pytest.mark.parametrize(
    ("options", "root", "connects"),
    [
        ({}, "", "connect-src 'self';"),
        ({"base_path": "/reglite/"}, "/reglite", "connect-src 'self';"),
        (
            {"api_base": "https://api.example.com:8443/x/", "base_path": "/ui/"},
            "https://api.example.com:8443/x",
            "connect-src 'self' https://api.example.com:8443;",
        ),
    ],
)
def test_pages_know_where_the_api_is(
    tmp_path: Path, options: dict[str, str], root: str, connects: str
) -> None:
    build_site(tmp_path / "site", version="1.2.3", **options)  # type: ignore[arg-type]
    page = (tmp_path / "site" / "ru" / "tags.html").read_text("utf-8")
    assert f'data-api="{root}"' in page
    assert connects in page.replace("&#39;", "'")


def test_a_title_is_text_and_never_markup(tmp_path: Path) -> None:
    build_site(tmp_path / "site", version="1.2.3", title="<b>Ours</b>")
    assert "<b>Ours" not in (tmp_path / "site" / "index.html").read_text("utf-8")
