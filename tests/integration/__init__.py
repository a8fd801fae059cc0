"""Tests against the real registry server."""
