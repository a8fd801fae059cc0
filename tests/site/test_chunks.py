"""Joined scripts do what their modules do, each once."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from reglite.errors import ConfigurationError
from reglite.site.assets import load_assets, minify_script
from reglite.site.chunks import CORE, SHARED, assign_chunks, join_modules
from reglite.site.scripts import collect_modules
from tests.support.availability import find_program

LOG = "globalThis.log ??= [];\n"
MODULES = {
    "js/pages/one.js": LOG
    + 'import { say as tell, Word } from "../lib/say.js";\nimport { some } from "../lib/some.js";\n'
    'import { own } from "../one/own.js";\nimport "../lib/side.js";\n'
    'const { late } = await_none();\nfunction await_none() { return { late: "one" }; }\n'
    'log.push(tell(late), new Word().text, some(), own);\n'
    'globalThis.coming = import("../one/late.js");\n',
    "js/pages/two.js": LOG
    + "import { apart } from '../lib/apart.js';\nimport { say } from '../lib/say.js';\n"
    'import { some } from "../lib/some.js";\nimport "../lib/side.js";\n'
    'log.push(say("two"), some(), apart);\n',
    "js/pages/three.js": 'import { say } from "../lib/say.js";\nimport "../lib/side.js";\n',
    "js/pages/four.js": "",
    "js/lib/say.js": LOG
    + 'const count = 1;\nlog.push("say runs");\nexport const say = (text) => `${text} ${count}`;\n'
    'export class Word {\n  text = "word";\n}\n',
    "js/lib/some.js": 'const count = 2;\nexport function some() {\n  return count;\n}\n',
    "js/lib/apart.js": "export const apart = 3;\n",
    "js/lib/side.js": LOG + 'log.push("side runs");\n',
    "js/one/own.js": 'import { say } from "../lib/say.js";\nexport const own = say("own");\n',
    "js/one/late.js": 'import { say } from "../lib/say.js";\nimport { own } from "./own.js";\n'
    'import { some } from "../lib/some.js";\nimport { apart } from "../lib/apart.js";\n'
    'log.push(say("late"), own, some(), apart);\n',
}  # fmt: skip


def run_page(folder: Path, scripts: dict[str, str], page: str) -> list[str]:
    """Write scripts, load a page's entry in Node and return what was logged."""
    for path, text in scripts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    entry = json.dumps(f"./{page}")
    program = f"await import({entry}); await globalThis.coming; console.log(JSON.stringify(log));"
    (folder / "run.js").write_text(program)
    command = [find_program("node"), str(folder / "run.js")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("page", ["js/pages/one.js", "js/pages/two.js", "js/pages/three.js"])
def test_a_joined_page_runs_as_its_modules_do(tmp_path: Path, page: str) -> None:
    short = {path: minify_script(text) for path, text in join_modules(MODULES).items()}
    joined = run_page(tmp_path / "joined", short, page)
    plain = run_page(tmp_path / "plain", MODULES, page)
    assert sorted(map(str, joined)) == sorted(map(str, plain))
    assert joined.count("say runs") == 1


def test_modules_go_where_those_that_load_them_need_them() -> None:
    assert assign_chunks(MODULES) == {
        "js/lib/say.js": CORE,
        "js/lib/side.js": CORE,
        "js/lib/some.js": SHARED,
        "js/one/own.js": "js/pages/one.js",
        "js/pages/four.js": "js/pages/four.js",
        "js/pages/one.js": "js/pages/one.js",
        "js/pages/three.js": "js/pages/three.js",
        "js/pages/two.js": "js/pages/two.js",
    }
    assert set(join_modules(MODULES)) == {
        CORE,
        SHARED,
        "js/lib/apart.js",
        "js/one/late.js",
        *(path for path in MODULES if path.startswith("js/pages/")),
    }


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("export default 1;", "export default 1;"),
        ('export { say } from "../lib/say.js";', "export { say } from"),
        ("const a = 1;\nexport { a };", "export { a };"),
        ('import * as b from "../lib/say.js";', "import"),
        ('import b from "../lib/say.js";', "import"),
        ("log.push(import.meta.url);", "import.meta"),
        ('import("../lib/say.js");', "imports js/lib/say.js late"),
    ],
)
def test_what_joining_would_change_fails_the_build(source: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(complaint)):
        join_modules(MODULES | {"js/pages/three.js": f'import "../lib/say.js";\n{source}\n'})


def test_a_circle_of_modules_fails_the_build() -> None:
    circle = 'import { own } from "../one/own.js";\n' + MODULES["js/lib/say.js"]
    with pytest.raises(ConfigurationError, match=r"say\.js → js/one/own\.js → js/lib/say\.js"):
        join_modules(MODULES | {"js/lib/say.js": circle})


def test_a_list_asks_for_three_scripts(templates: Path) -> None:
    sources = load_assets(templates / "assets").sources
    chunks = assign_chunks(sources)
    for page in ("js/pages/repositories.js", "js/pages/tags.js"):
        loaded = {chunks.get(module, module) for module in collect_modules(sources, page)}
        assert loaded == {CORE, SHARED, page}
