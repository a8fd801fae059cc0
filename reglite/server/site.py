"""Renders the site for a server: into memory, in one piece, again when a template changes."""

import logging
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from jinja2 import TemplateError

from reglite import __version__
from reglite.api.schema.openapi import build_openapi
from reglite.config.installation import find_templates
from reglite.errors import RegliteError
from reglite.site.build import render_site
from reglite.site.pages import SiteOptions

_log = logging.getLogger("reglite.server")

_EXPLANATION: Final = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>RegLite: broken templates</title></head>
<body><h1>The pages can't be rendered</h1><pre>{}</pre>
<p>This page reloads itself when a template changes.</p></body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the templates are, and what every rendering of them is told."""

    templates: Path
    options: SiteOptions

    def render(self) -> dict[str, bytes]:
        """Return every file by its path below the root."""
        return render_site(self.templates, self.options)

    def render_or_explain(self) -> dict[str, bytes]:
        """Return the site or, where a template is broken, one page that says what is wrong."""
        try:
            return self.render()
        except (TemplateError, RegliteError, OSError, ValueError) as exc:
            _log.error("the pages can't be rendered: %s: %s", type(exc).__name__, exc)
            return {"index.html": _EXPLANATION.format(escape(str(exc))).encode()}


def open_site(base_path: str = "/") -> Site:
    """Find the templates, for pages that call the API below the same base path."""
    options = SiteOptions(
        title="RegLite",
        version=__version__,
        api_root=base_path.rstrip("/"),
        openapi=build_openapi(),
        is_policy_sent=True,
    )
    return Site(find_templates(), options)
