"""Which tags nothing may delete: the ``protect`` globs of a registry's settings. Pure."""

from collections.abc import Iterable
from typing import NoReturn

from reglite.config.glob import matches_glob
from reglite.errors import Denied, TagProtected
from reglite.inventory.registry_config import RegistryConfig
from reglite.reference import Digest, Tag

_NAMED_AT_MOST = 5


def is_protected(tag: str, patterns: Iterable[str]) -> bool:
    """Tell whether a tag matches one of the globs (``*``, ``?``, ``[…]``; letter case counts)."""
    return any(matches_glob(pattern, tag) for pattern in patterns)


def list_protected(tags: Iterable[Tag], patterns: Iterable[str]) -> tuple[Tag, ...]:
    """Return those of the tags that match, in code point order."""
    patterns = tuple(patterns)
    return tuple(sorted(tag for tag in tags if is_protected(tag, patterns)))


def check_deletion_enabled(config: RegistryConfig) -> None:
    """Raise Denied where the inventory says ``delete: false``."""
    if not config.can_delete:
        raise Denied(describe_disabled(config))


def check_tag(config: RegistryConfig, tag: Tag) -> None:
    """Raise TagProtected for a tag that ``protect`` covers."""
    if is_protected(tag, config.protect):
        raise TagProtected(
            f"tag '{tag}' is protected by 'protect' of registry '{config.name}' in the inventory: "
            "nothing was deleted",
            detail={"protected": [tag]},
        )


def refuse_protected(config: RegistryConfig, digest: Digest, protected: Iterable[Tag]) -> NoReturn:
    """Raise TagProtected for a digest that these protected tags name or reach."""
    protected = sorted(protected)
    raise TagProtected(
        f"nothing was deleted: {digest} {describe_protected(config, protected)}",
        detail={"protected": protected},
    )


def describe_protected(config: RegistryConfig, protected: Iterable[Tag]) -> str:
    """Return why a digest stays and which setting says so."""
    return (
        f"belongs to protected {describe_tags(protected)}: see 'protect' of registry "
        f"'{config.name}' in the inventory"
    )


def describe_disabled(config: RegistryConfig) -> str:
    """Return which setting switched deletion off in RegLite."""
    return (
        f"deletion is switched off for registry '{config.name}': its inventory entry says "
        "'delete: false'"
    )


def describe_tags(tags: Iterable[Tag]) -> str:
    """Return a few tags for a sentence: ``tag a``, ``tags a, b and 3 more``."""
    names = sorted(tags)
    shown = ", ".join(names[:_NAMED_AT_MOST])
    more = len(names) - _NAMED_AT_MOST
    return (
        ("tag " if len(names) == 1 else "tags ") + shown + (f" and {more} more" if more > 0 else "")
    )
