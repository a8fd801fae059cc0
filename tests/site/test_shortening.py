"""Delivered scripts are the programs that were written, only shorter."""

import json
import subprocess
from pathlib import Path

from reglite.site.assets import load_assets
from reglite.site.chunks import join_modules
from tests.support.availability import find_program

COMPARE = Path(__file__).with_name("compare_modules.cjs")


def find_differences(scripts: dict[str, tuple[str, str]]) -> list[str]:
    """Return what Node's parser says of ``{path: (source, delivered)}``; nothing if all is well."""
    command = [find_program("node"), "--expose-internals", str(COMPARE)]
    told = json.dumps([[path, *pair] for path, pair in scripts.items()])
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


# The library takes a regular expression behind an arrow for a division, and does not know templates
# in templates: nothing but this comparison tells.
def test_every_delivered_script_parses_to_what_its_source_does(templates: Path) -> None:
    assets = load_assets(templates / "assets")
    joined = join_modules(assets.sources)
    delivered = {path: (text, assets.files[path].decode()) for path, text in joined.items()}
    assert len(delivered) > 25
    assert find_differences(delivered) == []


def test_a_change_of_meaning_is_seen() -> None:
    scripts = {
        "string.js": ("a('x  y');", "a('x y');"),
        "export.js": ("export const a = 1, b = 2;", "export const a=1;const b=2;"),
        "broken.js": ("a = /b/;", "a = /b;"),
    }
    found = find_differences(scripts)
    assert [line.split(":")[0] for line in found] == list(scripts)
