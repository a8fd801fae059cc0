"""Styles, scripts and icons: joined, minified and put under one hash of all their bytes."""

import hashlib
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import rcssmin  # type: ignore[import-untyped]

from reglite.site.chunks import join_modules

try:
    import minify  # type: ignore[import-untyped]
except ModuleNotFoundError:  # nothing is built for macOS on Apple silicon
    minify = None

HAS_SCRIPT_MINIFIER = minify is not None
"""Whether scripts are minified here; they are served as they were written where they are not."""

LAYERS = ("reset", "tokens", "base", "components", "utilities")
"""Cascade layers, weakest first; the folder or file name of a style sheet says which is its own."""

_TOKEN = re.compile(r"--[\w-]+")


@dataclass(frozen=True, slots=True)
class Assets:
    """Delivered bytes by path below ``assets/{digest}/``, and the scripts as they were written."""

    digest: str
    files: Mapping[str, bytes]
    sources: Mapping[str, str]


def load_assets(folder: Path) -> Assets:
    """Read ``assets/`` and return what is delivered, under a hash of all of it.

    ``{page}.css`` holds what all pages have and the page's own; ``overlay.css`` is fetched by a
    script before the first menu or dialog opens.
    """
    scripts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((folder / "js").rglob("*.js"))
    }
    files = {path: minify_script(text).encode() for path, text in join_modules(scripts).items()}
    overlay = sorted((folder / "css" / "overlay").glob("*.css"))
    styles = {"overlay.css": _wrap_layer("components", overlay)}
    for page, sheets in _find_page_sheets(folder / "css" / "pages").items():
        styles[f"{page}.css"] = join_styles(folder / "css", sheets)
    tokens = _name_tokens(folder / "css" / "tokens.css")
    for name, style in styles.items():
        short = _TOKEN.sub(lambda found: tokens.get(found[0], found[0]), rcssmin.cssmin(style))
        files[name] = short.encode()
    for path in sorted((folder / "icons").glob("*.svg")):
        files[path.name] = _minify_svg(path.read_text(encoding="utf-8")).encode()
    return Assets(_hash(files), files, scripts)


def minify_script(source: str) -> str:
    """Return the script in fewer bytes, or as it is without a minifier."""
    if not HAS_SCRIPT_MINIFIER:
        return source
    short: str = minify.string("text/javascript", source)
    return short


def join_styles(folder: Path, page_sheets: Sequence[Path] = ()) -> str:
    """Join the sheets of all pages, each layer around its file (``reset.css``) or folder.

    ``page_sheets`` are components of one page, after those of all.
    """
    layers = (_join_layer(folder, layer, page_sheets) for layer in LAYERS)
    return "\n".join([f"@layer {', '.join(LAYERS)};", *layers])


def _join_layer(folder: Path, layer: str, page_sheets: Sequence[Path]) -> str:
    sheets = [*folder.glob(f"{layer}.css"), *sorted((folder / layer).glob("*.css"))]
    return _wrap_layer(layer, [*sheets, *(page_sheets if layer == "components" else ())])


def _name_tokens(path: Path) -> dict[str, str]:
    """Return a letter for each token: they are named in every second rule, by sheets alone."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    names = dict.fromkeys(re.findall(r"(--[\w-]+):", text))
    return {name: f"--{letter}" for name, letter in zip(names, string.ascii_letters, strict=False)}


def _find_page_sheets(folder: Path) -> dict[str, list[Path]]:
    """Return the sheets of each page: ``api+manifest.css`` is for two of them."""
    sheets: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.css")):
        for page in path.stem.split("+"):
            sheets.setdefault(page, []).append(path)
    return sheets


def _wrap_layer(layer: str, sheets: list[Path]) -> str:
    rules = "\n".join(path.read_text(encoding="utf-8") for path in sheets)
    return f"@layer {layer} {{\n{rules}\n}}"


def _minify_svg(source: str) -> str:
    bare = re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", bare)).strip()


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()[:12]
