"""Which functions share a zip behind a method's catch-all route, for ``reglite.api.catch_all``.

``PUT`` needs none: only ``restore`` answers it.
"""

from collections.abc import Mapping
from typing import Final

CATCH_ALL: Final = "catch_all"

CATCH_ALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "any_read": (
        "tags",
        "summaries",
        "manifest",
        "manifests",
        "referrers",
        "blobs",
        "deletion_plan",
    ),
    "any_deletion": ("delete_manifest", "untag"),
}
