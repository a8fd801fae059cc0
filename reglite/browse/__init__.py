"""Use cases that join several calls to a registry."""
