"""Renders the static UI: templates and catalogues in, a folder for any static host out."""

from reglite.site.build import build_site

__all__ = ["build_site"]
