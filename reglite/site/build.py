"""Builds the site: everything into a temporary folder, then one swap."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reglite.config.installation import find_templates
from reglite.errors import ConfigurationError
from reglite.site.assets import load_assets
from reglite.site.catalogue import LANGUAGES, load_catalogue
from reglite.site.pages import PageRenderer, SiteOptions

MARKER = ".reglite-site"
"""The file that tells a folder made by a build from anybody else's."""


def build_site(
    out: Path,
    *,
    api_base: str = "",
    base_path: str = "/",
    title: str = "RegLite",
    version: str,
    openapi: Mapping[str, Any] | None = None,
    templates: Path | None = None,
) -> None:
    """Render the UI into ``out``, replacing only a folder that an earlier build made.

    ``api_base`` is the URL of the API where it is not the pages' own origin; else ``base_path``
    goes before ``/api/v1``. Same input, same bytes. Raises ConfigurationError for a folder that
    holds anything else.
    """
    out = out.resolve()  # a link stays: what it leads to is replaced
    _check_replaceable(out)
    root = api_base.rstrip("/") or base_path.rstrip("/")
    files = render_site(
        templates or find_templates(),
        SiteOptions(title=title, version=version, api_root=root, openapi=openapi),
    )
    _swap_in(files, out)


def render_site(folder: Path, options: SiteOptions) -> dict[str, bytes]:
    """Return every file of the site by its path below the root."""
    assets = load_assets(folder / "assets")
    renderer = PageRenderer(folder, assets, options)
    files = {f"assets/{assets.digest}/{path}": body for path, body in assets.files.items()}
    for language in LANGUAGES:
        files |= renderer.render(load_catalogue(folder / "locales", language))
    return files


def _check_replaceable(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise ConfigurationError(f"{out} is a file. Name another folder with --out.")
    if (out / MARKER).is_file() or not any(out.iterdir()):
        return
    raise ConfigurationError(
        f"{out} was not made by reglite build, so it is left alone. "
        "Empty it, or name another folder with --out."
    )


def _swap_in(files: Mapping[str, bytes], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
        fresh = Path(temporary) / "fresh"
        for path, body in {**files, MARKER: b"Made by reglite build.\n"}.items():
            target = fresh / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        fresh.chmod(0o755)
        if out.exists():
            out.rename(Path(temporary) / "stale")
        fresh.rename(out)
