"""Renders the documents: one per view and language."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reglite.site.assets import Assets
from reglite.site.catalogue import LANGUAGES, Catalogue
from reglite.site.chunks import assign_chunks
from reglite.site.reference import Group, Shape, read_reference, read_shapes
from reglite.site.scripts import collect_modules, find_messages

_EXAMPLE = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What a build is told; ``api_root`` goes before ``/api/v1`` (empty: the page's own origin).

    ``is_policy_sent``: the policy comes as a header, and documents leave it out. With it in the
    document Chromium asks for no file before the one that stands ahead of it has run.
    """

    title: str
    version: str
    api_root: str
    openapi: Mapping[str, Any] | None = None
    is_policy_sent: bool = False

    @property
    def reference(self) -> tuple[Group, ...]:
        """The operations of the API, for its page; none without a document."""
        if self.openapi is None:
            return ()
        is_elsewhere = bool(urlsplit(self.api_root).netloc)
        return read_reference(self.openapi, ("" if is_elsewhere else _EXAMPLE) + self.api_root)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The JSON objects of the API."""
        return () if self.openapi is None else read_shapes(self.openapi)

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of every page: own files, own API, no strings as code."""
        parts = urlsplit(self.api_root)
        origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"connect-src 'self'{origin}; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )


class PageRenderer:
    """Renders pages of one source folder with one set of assets."""

    def __init__(self, folder: Path, assets: Assets, options: SiteOptions) -> None:
        self._folder = folder
        self._assets = assets
        self._options = options
        sprite = assets.files.get("icons.svg", b"").decode()
        drawn = folder / "partials" / "glyphs.svg"
        own = drawn.read_text(encoding="utf-8") if drawn.is_file() else ""
        self._glyphs = _read_glyphs(sprite + own)
        self._environment = Environment(
            loader=FileSystemLoader([folder / "pages", folder / "layouts", folder / "partials"]),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, catalogue: Catalogue) -> dict[str, bytes]:
        """Return the documents of one language by their path below the site's root."""
        is_default = catalogue.language == LANGUAGES[0]
        prefix = "" if is_default else f"{catalogue.language}/"
        names = sorted(path.name for path in (self._folder / "pages").glob("*.html"))
        return {
            f"{prefix}{name}": self._render_page(name, catalogue, "" if is_default else "../")
            for name in names
        }

    def _render_page(self, name: str, catalogue: Catalogue, root: str) -> bytes:
        entry = f"js/pages/{_script_name(name)}.js"
        text = self._environment.get_template(name).render(
            options=self._options,
            page=name.removesuffix(".html"),
            language=catalogue.language,
            languages=_link_languages(name, root),
            root=root,
            assets=f"{root}assets/{self._assets.digest}",
            style=f"{name.removesuffix('.html')}.css",
            script=entry,
            modules=self._list_imported(entry),
            strings=self._dump_strings(catalogue, entry),
            glyphs=self._glyphs,
            t=catalogue.get,
        )
        return _squeeze(text).encode()

    def _list_imported(self, entry: str) -> list[str]:
        """Return the files that the page's script imports at once."""
        modules = collect_modules(self._assets.sources, entry)
        chunks = assign_chunks(self._assets.sources)
        return sorted({chunks.get(module, module) for module in modules} - {entry})

    def _dump_strings(self, catalogue: Catalogue, entry: str) -> Markup:
        known = frozenset(catalogue.messages)
        keys: frozenset[str] = frozenset()
        for module in collect_modules(self._assets.sources, entry, include_lazy=True):
            keys |= find_messages(self._assets.sources[module], known)
        text = json.dumps(catalogue.select(keys), ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # from our own catalogue


def _script_name(page: str) -> str:
    stem = page.removesuffix(".html")
    return "registries" if stem == "index" else stem


def _link_languages(name: str, root: str) -> list[tuple[str, str]]:
    return [
        (language, f"{root}{'' if language == LANGUAGES[0] else language + '/'}{name}")
        for language in LANGUAGES
    ]


def _read_glyphs(sprite: str) -> dict[str, Markup]:
    """Return the shapes of each symbol, drawn into the document: the frame waits for no sprite."""
    symbols = re.findall(r'<symbol id="(\w+)"[^>]*>(.*?)</symbol>', sprite)
    return {name: Markup(shapes) for name, shapes in symbols}  # noqa: S704  # our own sprite


def _squeeze(text: str) -> str:
    """Drop indentation between tags; text inside ``pre`` is one line each and survives."""
    lines = (line.strip() for line in text.splitlines())
    return re.sub(r"\n+", "\n", "\n".join(lines)).strip() + "\n"
