"""Renders the static UI."""
