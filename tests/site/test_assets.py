"""Assets: minified without a change of meaning, and under a hash of their bytes."""

import re
from pathlib import Path

import pytest
import rcssmin  # type: ignore[import-untyped]

from reglite.site.assets import HAS_SCRIPT_MINIFIER, join_styles, load_assets

needs_minifier = pytest.mark.skipif(
    not HAS_SCRIPT_MINIFIER, reason="no minifier of scripts is built for this platform"
)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_any_changed_byte_changes_the_folder(tmp_path: Path) -> None:
    write(tmp_path, {"css/base.css": "a{b:c}", "js/a.js": "a()"})
    before = load_assets(tmp_path)
    write(tmp_path, {"js/a.js": "b()"})
    assert load_assets(tmp_path).digest != before.digest


@needs_minifier
def test_a_changed_comment_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"css/base.css": "/* one */ a { b: c }", "js/a.js": "/** One. */ a();"})
    before = load_assets(tmp_path)
    write(tmp_path, {"css/base.css": "/* two */ a { b: c }", "js/a.js": "/** Two. */ a();"})
    assert load_assets(tmp_path).digest == before.digest


def test_sheets_are_joined_in_the_order_of_their_layers(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"utilities.css": "u{}", "components/b.css": "b{}", "components/a.css": "a{}",
         "reset.css": "r{}"},
    )  # fmt: skip
    joined = join_styles(tmp_path)
    order = [joined.index(rule) for rule in ("@layer reset, tokens", "r{}", "a{}", "b{}", "u{}")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (".a { & > .b + .c { x: calc(1px + 2px) } }", "& >.b + .c{x:calc(1px + 2px)}"),
        ("@media (640px <= width < 960px) { a { b: c } }", "width < 960px"),
        (".a { color: light-dark(#fff,  #000) }", "light-dark(#fff,#000)"),
        ('.a { content: "/" / "" }', 'content:"/" / ""'),
        (".a:has(> :focus-visible) .b { c: d }", ":focus-visible) .b"),
        (".a { w: round(down, 100cqi - var(--t)*1ch, 1ch) }", "100cqi - var(--t)*1ch"),
    ],
)
def test_modern_styles_survive_the_minifier(source: str, wanted: str) -> None:
    assert wanted in rcssmin.cssmin(source)


def test_a_sheet_is_for_the_pages_that_its_name_lists(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"css/base.css": "b{}", "css/components/c.css": "c{d:e}",
         "css/pages/one.css": "o{d:e}",
         "css/pages/one+two.css": "t{d:e}", "css/overlay/menu.css": "m{d:e}"},
    )  # fmt: skip
    files = load_assets(tmp_path).files
    assert set(files) == {"one.css", "two.css", "overlay.css"}
    assert b"c{d:e}t{d:e}o{d:e}" in files["one.css"]
    assert b"c{d:e}t{d:e}}" in files["two.css"]
    assert files["overlay.css"] == b"@layer components{m{d:e}}"


def test_components_read_tokens_and_need_no_force(templates: Path) -> None:
    for path in (templates / "assets" / "css" / "components").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert "!important" not in text, path
        assert not re.search(r":[^;{}]*#[0-9a-f]{3,8}\b", text), path
        assert not re.search(r"(?:^|[},\s])#[\w-]+[^;]*\{", text, re.MULTILINE), path
