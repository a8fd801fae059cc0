"""The hard rules of every document and script that is delivered."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reglite.site.build import render_site
from reglite.site.pages import SiteOptions
from tests.site.conftest import Files

NAMES = ["index", "repositories", "tags", "manifest", "api"]
EVERY_PAGE = [f"{folder}{name}.html" for folder in ("", "ru/") for name in NAMES]


class Document(HTMLParser):
    """The start tags of a page with their attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.scripts.append(data)

    def values(self, attribute: str) -> list[str]:
        return [value for _, names in self.tags if (value := names.get(attribute)) is not None]


def read(files: Files, page: str) -> Document:
    return Document(files[page].decode())


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_no_script_style_or_handler_stands_in_the_page(files: Files, page: str) -> None:
    document = read(files, page)
    for tag, attributes in document.tags:
        assert tag != "style"
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        if tag == "script":
            assert attributes.get("src") or attributes["type"] == "application/json"


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_the_policy_allows_own_files_alone(files: Files, page: str) -> None:
    policies = [
        names["content"]
        for tag, names in read(files, page).tags
        if tag == "meta" and names.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    policy = dict(part.strip().split(" ", 1) for part in str(policies[0]).split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == policy["base-uri"] == policy["form-action"] == "'none'"


def test_policy_that_is_sent_stands_in_no_page(files: Files, templates: Path) -> None:
    options = SiteOptions(title="RegLite", version="1.2.3", api_root="", is_policy_sent=True)
    sent = render_site(templates, options)
    assert all(b"Content-Security-Policy" in files[page] for page in EVERY_PAGE)
    assert not any(b"Content-Security-Policy" in sent[page] for page in EVERY_PAGE)


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_every_file_that_a_page_names_is_delivered(files: Files, page: str) -> None:
    document = read(files, page)
    folder = Path("/site") / Path(page).parent
    for url in [*document.values("href"), *document.values("src"), *document.values("data-icons")]:
        if url.startswith(("#", "?")):
            continue
        assert "//" not in url
        target = (folder / re.split(r"[?#]", url)[0]).as_posix()
        parts: list[str] = []
        for part in target.split("/"):
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        assert "/".join(parts).removeprefix("/site/") in files


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_ids_are_unique_and_references_lead_somewhere(files: Files, page: str) -> None:
    document = read(files, page)
    ids = document.values("id")
    assert len(ids) == len(set(ids))
    for attribute in ("aria-labelledby", "aria-controls", "popovertarget", "for"):
        assert set(document.values(attribute)) <= set(ids)


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_page_says_its_language_and_links_the_other(files: Files, page: str) -> None:
    document = read(files, page)
    language = "ru" if page.startswith("ru/") else "en"
    assert dict(document.tags)["html"]["lang"] == language
    alternates = {n["hreflang"]: n["href"] for t, n in document.tags if "hreflang" in n}
    name = page.removeprefix("ru/")
    expected = {"en": f"../{name}", "ru": f"../ru/{name}"}
    assert alternates == (expected if language == "ru" else {"en": name, "ru": f"ru/{name}"})


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_scripts_find_the_templates_and_elements_that_they_name(
    files: Files, templates: Path, page: str
) -> None:
    document = read(files, page)
    ids = set(document.values("id"))
    named = re.compile(r"""(?:stamp|getElementById)\(\s*"([\w-]+)"|["'(]#([\w-]+)["' ]""")
    shell = ("js/elements/shell.js", "js/elements/menu.js",
             "js/elements/settings.js", "js/elements/help.js")  # fmt: skip
    own = [url.split("/", 2)[2] for url in _own_scripts(document)]
    for script in {*own, *shell}:
        source = (templates / "assets" / script).read_text("utf-8")
        wanted = {a or b for a, b in named.findall(source)} - _OPTIONAL
        assert wanted <= ids, script


_OPTIONAL = {"filter", "crumb-registry", "crumb-repository", "crumb-reference"}  # not on every page


def _own_scripts(document: Document) -> list[str]:
    sources = [str(n["src"]) for t, n in document.tags if t == "script" and n.get("src")]
    return [source.removeprefix("../") for source in sources if "/pages/" in source]


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_words_for_scripts_are_data_that_cannot_end_early(files: Files, page: str) -> None:
    blocks = [text for text in read(files, page).scripts if text.strip()]
    assert len(blocks) == 1
    assert "<" not in blocks[0]
    assert json.loads(blocks[0])["session.expired"]


def test_scripts_never_make_html_out_of_text(templates: Path) -> None:
    banned = re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|DOMParser)\b"
    )
    for path in (templates / "assets" / "js").rglob("*.js"):
        assert not banned.search(path.read_text("utf-8")), path


def test_no_template_stands_inside_another(templates: Path) -> None:
    # The minifier would take the inner one's spaces for code.
    for path in (templates / "assets" / "js").rglob("*.js"):
        assert not has_nested_template(path.read_text("utf-8")), path


def has_nested_template(source: str) -> bool:
    stack: list[str] = []
    for token in re.findall(r"\\.|`|\$\{|[{}]", source):
        inside = stack[-1:] == ["`"]
        if token == "`":
            if inside:
                stack.pop()
            elif "`" in stack:
                return True
            else:
                stack.append(token)
        elif (token == "${" and inside) or (token == "{" and stack and not inside):
            stack.append(token)
        elif token == "}" and stack and not inside:
            stack.pop()
    return False


@pytest.mark.parametrize(
    ("source", "is_nested"),
    [
        ("`a ${b} c`", False),
        ("`a ${f({b})} ${c}`; `d`", False),
        ("`a ${b ? `c` : d}`", True),
        (r"`a \` ${b}`", False),
    ],
)
def test_nested_templates_are_recognised(source: str, is_nested: bool) -> None:
    assert has_nested_template(source) == is_nested


def test_glyphs_are_drawn_into_the_documents(files: Files) -> None:
    for page in EVERY_PAGE:
        text = files[page].decode()
        shapes = re.findall(r'<svg class="icon"[^>]*>(.*?)</svg>', text)
        assert shapes
        assert all(shape.startswith(("<path", "<circle", "<rect")) for shape in shapes)
        assert "<use" not in text


def test_no_document_holds_a_choice(files: Files) -> None:
    """Chromium lays out the whole page for one, in the middle of reading it."""
    for page in EVERY_PAGE:
        text = re.sub(r"<template.*?</template>", "", files[page].decode(), flags=re.DOTALL)
        assert "<option" not in text


def test_every_glyph_that_a_script_names_is_in_the_sprite(files: Files, templates: Path) -> None:
    sprite = next(body.decode() for path, body in files.items() if path.endswith("icons.svg"))
    known = set(re.findall(r'<symbol id="(\w+)"', sprite))
    used: set[str] = set()
    for path in (templates / "assets" / "js").rglob("*.js"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r'(?:icon\(|glyph: |banner\("\w+", )"(\w+)"', text))
    assert used <= known
    assert len(known) <= 20
