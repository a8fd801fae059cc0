"""What a registry can do, as far as it was found out. Pure."""

from dataclasses import dataclass

from reglite.errors import RegliteError


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What works at a registry; None is "not known yet"."""

    catalog: bool | None = None
    referrers: bool | None = None
    delete: bool | None = None
    untag: bool | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a registry can do, and why the rest is not known.

    ``is_empty`` tells a catalog that is there and lists nothing.
    """

    can: Capabilities = Capabilities()
    is_empty: bool = False
    catalog_trouble: RegliteError | None = None
    deletion_trouble: RegliteError | None = None
