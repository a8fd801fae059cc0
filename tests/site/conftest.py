"""The site as it is delivered, rendered once."""

from pathlib import Path

import pytest

from reglite.api.schema.openapi import build_openapi
from reglite.config.installation import find_templates
from reglite.site.build import render_site
from reglite.site.pages import SiteOptions

Files = dict[str, bytes]


@pytest.fixture(scope="session")
def templates() -> Path:
    return find_templates()


@pytest.fixture(scope="session")
def files(templates: Path) -> Files:
    """Return every file of the site by its path."""
    options = SiteOptions(title="RegLite", version="1.2.3", api_root="", openapi=build_openapi())
    return render_site(templates, options)
