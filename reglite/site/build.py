"""Builds the site: renders all of it, then puts it in the place of what an earlier build made."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reglite.config.installation import find_templates
from reglite.output.made import Maker, open_made
from reglite.site.assets import load_assets
from reglite.site.catalogue import LANGUAGES, load_catalogue
from reglite.site.pages import PageRenderer, SiteOptions

MARKER = ".reglite-site"
"""The record of what a build made. It lies beside the pages, so that it goes with a clone."""

_SITE = Maker(
    command="reglite build",
    record=MARKER,
    own=re.compile(
        r"([a-z]{2}/)?[a-z0-9-]+\.html|assets/[0-9a-f]{12}(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+"
    ),
    lasting=re.compile(r"assets/.+"),  # a page that is open still asks for them
    is_public=True,
)


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
    """Render the UI into ``out``, replacing only what earlier builds made there.

    ``api_base`` is the URL of the API where it is not the pages' own origin; else ``base_path``
    goes before ``/api/v1``. Same input, same bytes. Assets stay for one more build. Raises
    ConfigurationError for a folder of somebody else, or one where a page would replace a file that
    no build made.
    """
    root = api_base.rstrip("/") or base_path.rstrip("/")
    files = render_site(
        templates or find_templates(),
        SiteOptions(title=title, version=version, api_root=root, openapi=openapi),
    )
    with open_made(out, _SITE) as made:
        made.replace(files)


def render_site(folder: Path, options: SiteOptions) -> dict[str, bytes]:
    """Return every file of the site by its path below the root, assets before what names them."""
    assets = load_assets(folder / "assets")
    renderer = PageRenderer(folder, assets, options)
    files = {f"assets/{assets.digest}/{path}": body for path, body in assets.files.items()}
    for language in LANGUAGES:
        files |= renderer.render(load_catalogue(folder / "locales", language))
    return files
