"""Delivered scripts are the programs that were written, only shorter."""

import json
import subprocess
from pathlib import Path

import pytest

from reglite.site.assets import load_assets
from reglite.site.chunks import join_modules
from reglite.site.shortening import shorten_script
from tests.support.availability import find_program

COMPARE = Path(__file__).with_name("compare_modules.cjs")


def find_differences(scripts: dict[str, tuple[str, str]]) -> list[str]:
    """Return what Node's parser says of ``{path: (source, delivered)}``; nothing if all is well."""
    command = [find_program("node"), "--expose-internals", str(COMPARE)]
    told = json.dumps([[path, *pair] for path, pair in scripts.items()])
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


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


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("  const a = `x  ${ y } // z`;", "const a=`x  ${ y } // z`;"),
        ("const f = (x) => /^a\\/\\//g.test( x );", "const f=x=>/^a\\/\\//g.test( x );"),
        ("if (a === b) {\n  c ( ) ;\n}", "if(a===b){c()}"),
        ("x = a ?? b?.c;", "x=a??b?.c;"),
        ("a = b + +c - --d;", "a=b + +c - --d;"),
        ("a = b + (c - d) + `e`;", "a=b+(c-d)+ `e`;"),
        ("a({\n  b: [\n    c,\n  ],\n});", "a({b:[c]});"),
        ("{\n  while ( a ( ) ) ;\n}", "{while(a());}"),
        ("{\n  ;\n}", "{;}"),
        ("a = [\n  ,\n];\nb = [\n  c,,\n];", "a=[,];b=[c,,];"),
        ("a = '\\\\' + ( b ) ;", "a='\\\\' + ( b ) ;"),
        ("a ( \"x = (1)\" , ',  ' );", "a(\"x = (1)\",',  ');"),
        ("/** One.\n * two\n */\na ();\n  // three\nb ();", "a();b();"),
        ("a = `one\n  // two\n  three`;\n  b ( );", "a = `one\n  // two\n  three`;\nb();"),
        ('c = text.split("`") ;', 'c=text.split("`");'),
        ('import { a } from "./b.js";', 'import{a}from "./b.js";'),
        ("a = `x ( ${ b } )` ;", "a=`x ( ${ b } )`;"),
        ("a = `x ${ b ? ` ( c ) ` : d }` ;", "a=`x ${ b ? ` ( c ) ` : d }` ;"),
        ("a = b / c ; // d , e", "a=b / c ; // d , e"),
        ("a ( ); // b\n// c\nd ();", "a();d();"),
        ("a = b / c ; // d\n}", "a=b / c ; // d\n}"),
        ("while (a)\n  ;\n}", "while(a)\n;}"),
        ("for (;;) ;\n}", "for(;;);}"),
        ("f = () => a\n  && b\n  .c;", "f=()=>a&&b.c;"),
        ("return\n  a\n  ++b", "return\na\n++b"),
    ],
)
def test_scripts_are_shortened_where_it_is_safe_alone(source: str, wanted: str) -> None:
    assert shorten_script(source).rstrip("\n") == wanted
