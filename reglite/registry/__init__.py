"""The only code that speaks ``/v2/``: the OCI distribution spec and what real registries make of it."""
