"""What the builder reads out of modules."""

import re
from pathlib import Path

import pytest

from reglite.errors import ConfigurationError
from reglite.site.scripts import collect_modules, find_messages

MODULES = {
    "js/pages/a.js": 'import { x } from "../lib/x.js";\nimport "../lib/side.js";\n',
    "js/lib/x.js": 'import {\n  y,\n} from "./y.js";\nexport const x = "./not-imported.js";\n',
    "js/lib/y.js": "import { side } from './side.js';\nimport { x } from \"./x.js\";\n",
    "js/lib/side.js": "export const side = 1;\n",
    "js/lib/alone.js": "",
}


def test_a_page_loads_all_that_it_imports_and_no_more() -> None:
    assert collect_modules(MODULES, "js/pages/a.js") == (
        "js/lib/side.js",
        "js/lib/x.js",
        "js/lib/y.js",
        "js/pages/a.js",
    )


def test_an_import_that_leads_nowhere_fails_the_build() -> None:
    with pytest.raises(ConfigurationError, match=r"imports js/gone\.js, which does not exist"):
        collect_modules({"js/a.js": 'import "./gone.js";'}, "js/a.js")


@pytest.mark.parametrize(
    "statement",
    [
        'import x from "./x.js";',
        'import * as x from "./x.js";',
        'export { x } from "./x.js";',
        'export * from "./x.js";',
        '  import "./x.js";',
        'import { x } from "x";',
        'import { x } from "./x.js"',
        'import( "./x.js" );',
        "const x = await import(`./x.js`);",
        "const x = await import(name);",
    ],
)
def test_an_import_that_would_be_overlooked_fails_the_build(statement: str) -> None:
    with pytest.raises(ConfigurationError, match=r"js/a\.js: .* can't be followed"):
        collect_modules({"js/a.js": f"const a = 1;\n{statement}\n", "js/x.js": ""}, "js/a.js")


def test_keys_in_calls_and_in_maps_are_found() -> None:
    source = """const WORDS = { offline: "state.offline", other: 'state.other' };
      say(t("tags.count", { n }), "state.unknown", "tags.html", `state.template`);"""
    known = frozenset({"state.offline", "state.other", "tags.count", "state.template", "x.y"})
    assert find_messages(source, known) == {"state.offline", "state.other", "tags.count"}


def test_a_call_with_an_unknown_key_fails_the_build() -> None:
    with pytest.raises(ConfigurationError, match=r"No catalogue has tags\.cuont"):
        find_messages('t("tags.cuont")', frozenset({"tags.count"}))


def test_pages_ask_the_api_in_one_place_which_checks_names(templates: Path) -> None:
    scripts = templates / "assets" / "js"
    asking = {
        path.relative_to(scripts).as_posix()
        for path in scripts.rglob("*.js")
        if re.search(r"\bfetch\(|/api/v1\b|\brequest\b.*\bfrom\b", _drop_comments(path))
    }
    # What tells why no answer came asks whether anybody is there, and names nothing.
    assert asking == {"early.js", "lib/api.js", "lib/ask.js", "lib/failure.js"}
    failure = _drop_comments(scripts / "lib" / "failure.js")
    assert set(re.findall(r"/api/v1[^\"`]*", failure)) == {"/api/v1/health", "/api/v1"}
    assert set(re.findall(r"answers\(([^,]+),", failure)) == {"base + HEALTH"}


def _drop_comments(path: Path) -> str:
    return re.sub(r"/\*(?s:.*?)\*/|^\s*//.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
