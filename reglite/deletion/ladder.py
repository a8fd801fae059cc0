"""The placeholder way to remove one tag: step by step, each from what the registry shows.

Where a registry deletes by digest only, a placeholder of its own digest is put over the tag and
deleted; the image and its other tags are never named in a deletion.
"""

import secrets
from collections.abc import Callable, Iterator
from typing import Final

from reglite.deletion.position import Position, find_position
from reglite.errors import (
    Denied,
    NotFound,
    RegistryProtocol,
    RegliteError,
    TagMoved,
    Unsupported,
)
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Tag, compute_digest
from reglite.registry.models import Manifest
from reglite.registry.placeholder import build_placeholder
from reglite.registry.repository import RepositoryClient

_STEPS: Final = 12
_SECONDS: Final = 15.0
_FIRST_PAUSE_SECONDS: Final = 0.05
_MAX_PAUSE_SECONDS: Final = 0.5
_FINAL = (Denied, Unsupported)


class PlaceholderLadder:
    """Removes one tag from ``original``, which is ``NO_IMAGE`` for a tag that dangles.

    ``image`` is the manifest to give back to the tag if that fails; None where it is gone.
    """

    def __init__(
        self,
        repository: RepositoryClient,
        tag: Tag,
        original: Digest,
        image: Manifest | None,
    ) -> None:
        self._repository = repository
        self._tag = tag
        self._original = original
        self._image = image
        self._latest: Digest | None = None

    async def rehearse(self) -> None:
        """PUT a placeholder by its digest, delete it, see it gone; no tag is touched.

        Raises Unsupported or Denied where the registry refuses either.
        """
        placeholder = self._build()
        failure: RegliteError | None = None
        for pause in _list_pauses(self._repository.pace.clock):
            failure = await self._rehearse_once(placeholder)
            if failure is None:
                return
            if isinstance(failure, _FINAL):
                break
            await self._repository.pace.sleep(pause)
        if failure is not None:
            raise _add(failure, f"no tag of {self._repository} was touched")

    async def _rehearse_once(self, placeholder: bytes) -> RegliteError | None:
        digest = compute_digest(placeholder)
        try:
            await self._repository.put_manifest(digest, placeholder, OCI_INDEX)
        except RegliteError as exc:
            return exc
        failure = await self._delete(digest)
        if await self._is_gone(digest):
            return None
        return failure or RegistryProtocol(
            "the registry accepts deletions and keeps what it deleted"
        )

    async def climb(self) -> None:
        """Go from where the tag is to where it is gone; put it back where the registry won't.

        Raises TagMoved where it names something else by now, and what stopped the registry.
        """
        try:
            failure = await self._climb()
        except TagMoved:
            await self._sweep()
            raise
        except RegliteError as exc:
            if self._latest is not None:
                _add(exc, f"tag '{self._tag}' may be on a placeholder: remove it again to finish")
            raise
        if failure is not None:
            raise failure

    async def _climb(self) -> RegliteError | None:
        failure: RegliteError | None = None
        position = await self._find()
        for pause in _list_pauses(self._repository.pace.clock):
            if position.state == "absent":
                return None
            if position.state == "elsewhere":
                raise describe_move(self._tag, self._original, position.digest)
            position, failure = await self._step(position)
            if isinstance(failure, _FINAL):
                break
            if failure is not None or position.state == "dangling":
                await self._repository.pace.sleep(pause)
        return await self._give_back(failure)

    async def _step(self, position: Position) -> tuple[Position, RegliteError | None]:
        """Do the one thing that follows from this position; return the next one."""
        if position.state == "on-placeholder" and position.digest is not None:
            failure = await self._delete(position.digest)
            return await self._find(), failure
        placeholder = self._build()
        self._latest = compute_digest(placeholder)
        try:
            await self._repository.put_manifest(self._tag, placeholder, OCI_INDEX)
        except RegliteError as exc:
            return await self._find(), exc  # it may be there all the same
        return Position("on-placeholder", self._latest, self._original), None

    async def _delete(self, placeholder: Digest) -> RegliteError | None:
        """Delete a placeholder; a failure says nothing, what the registry shows afterwards does."""
        try:
            await self._repository.delete_manifest(placeholder)
        except NotFound:
            return None
        except RegliteError as exc:
            return exc
        return None

    async def _sweep(self) -> None:
        """Delete the placeholder that a push took the tag from; what stays has no tag."""
        if self._latest is not None:
            await self._delete(self._latest)

    async def _give_back(self, failure: RegliteError | None) -> RegliteError:
        """Put the tag back on its image; return the error to raise, which says where it is."""
        failure = failure or RegistryProtocol(
            f"the registry keeps tag '{self._tag}' in {self._repository}, whatever is deleted"
        )
        position = await self._find()
        if position.state not in {"on-placeholder", "dangling"}:
            return failure
        if self._image is None:
            return _add(failure, f"tag '{self._tag}' has no image any more: remove it again later")
        try:
            await self._repository.put_manifest(self._tag, self._image.raw, self._image.media_type)
        except RegliteError as exc:
            left = f"tag '{self._tag}' could not be put back on {self._image.digest}"
            return _add(failure, f"{left} ({exc.message}): remove it again, or push it anew")
        return _add(failure, f"tag '{self._tag}' was put back on {self._image.digest}")

    async def _find(self) -> Position:
        return await find_position(self._repository, self._tag, self._original)

    async def _is_gone(self, digest: Digest) -> bool:
        try:
            await self._repository.head_manifest(digest, fresh=True)
        except NotFound:
            return True
        return False

    def _build(self) -> bytes:
        return build_placeholder(self._original, self._tag, secrets.token_hex(16))


def describe_move(tag: Tag, expected: Digest | None, digest: Digest | None) -> TagMoved:
    """Make the error of a tag that names another digest than the caller saw."""
    return TagMoved(
        f"tag '{tag}' names {digest} now, not {expected}: it was left alone; look at it again",
        detail={"tag": tag, "digest": digest, "expected": expected},
    )


def _list_pauses(clock: Callable[[], float]) -> Iterator[float]:
    """Yield ever longer pauses in seconds, until there were enough steps or it takes too long."""
    pause = _FIRST_PAUSE_SECONDS
    ends_at = clock() + _SECONDS
    for _ in range(_STEPS):
        if clock() > ends_at:
            return
        yield pause
        pause = min(2 * pause, _MAX_PAUSE_SECONDS)


def _add(failure: RegliteError, sentence: str) -> RegliteError:
    failure.message = f"{failure.message}; {sentence}"
    failure.args = (failure.message,)
    return failure
