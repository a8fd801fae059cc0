"""How an image was made: its history joined to the layers that it left. Pure.

Image spec, "Image Configuration", ``history``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.created import read_created
from reglite.reference import Digest
from reglite.registry.document import read_objects, read_text
from reglite.registry.models import Descriptor, JsonObject

MAX_STEPS: Final = 10_000
"""No image has as many; a config of empty objects would grow to forty times its size."""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """One step, oldest first; ``layer`` is None for a step without one, or if that is not known."""

    created: str | None
    created_by: str | None
    comment: str | None
    empty_layer: bool
    layer: Digest | None
    size_bytes: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "created": self.created,
            "created_by": self.created_by,
            "comment": self.comment,
            "empty_layer": self.empty_layer,
            "layer": self.layer,
            "size_bytes": self.size_bytes,
        }


def build_history(
    config: JsonObject, layers: Sequence[Descriptor | None], *, has_sizes: bool = True
) -> tuple[HistoryView, ...]:
    """Join each step that is no ``empty_layer`` to its layer.

    Only where their numbers agree: squashed and rebased images leave no way to tell which is which.
    """
    steps = read_objects(config.get("history"))[:MAX_STEPS]
    filled = sum(not _is_empty(step) for step in steps)
    waiting = iter(layers if filled == len(layers) else ())
    views = []
    for step in steps:
        layer = None if _is_empty(step) else next(waiting, None)
        views.append(_build_step(step, layer, has_sizes=has_sizes))
    return tuple(views)


def _is_empty(step: JsonObject) -> bool:
    return step.get("empty_layer") is True


def _build_step(step: JsonObject, layer: Descriptor | None, *, has_sizes: bool) -> HistoryView:
    return HistoryView(
        created=read_created(step.get("created")),
        created_by=read_text(step.get("created_by")),
        comment=read_text(step.get("comment")),
        empty_layer=_is_empty(step),
        layer=layer.digest if layer else None,
        size_bytes=layer.size_bytes if layer and has_sizes else None,
    )
