"""The only code that speaks ``/v2/``, the OCI distribution spec's API, to real registries."""
