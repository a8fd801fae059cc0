"""Tests of reglite.demo."""
