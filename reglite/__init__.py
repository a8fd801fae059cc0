"""RegLite: a light UI and API for self-hosted Docker and OCI registries."""

__version__ = "0.1.0"
