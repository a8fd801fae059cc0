"""Which functions share a zip behind a method's catch-all route, for ``reglite.api.catch_all``.

``PUT`` needs none: only ``restore`` answers it. What no route matches goes to
``reglite.api.unmatched``, whose zip has no function in it, and no inventory.
"""

from collections.abc import Mapping
from typing import Final

CATCH_ALL: Final = "catch_all"
UNMATCHED: Final = "unmatched"

CATCH_ALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "any_read": (
        "tags",
        "summaries",
        "manifest",
        "manifests",
        "referrers",
        "blobs",
        "deletion_plan",
        "manifest_tags",
    ),
    "any_deletion": ("delete_manifest", "untag"),
}
