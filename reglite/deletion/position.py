"""Where a tag stands between its image and nowhere, read from the registry alone.

The untag ladder takes every step from here, so a run that was killed is gone on with by the next
one, whoever starts it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from reglite.errors import ManifestBroken, ManifestDangles, NotFound
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Tag
from reglite.registry.models import Descriptor
from reglite.registry.placeholder import Placeholder, parse_placeholder
from reglite.registry.probe import ZERO_DIGEST
from reglite.registry.repository import RepositoryClient

_PAUSES_SECONDS: Final = (0.0, 0.1, 0.3)
_DAMAGE_PAUSES_SECONDS: Final = (0.6, 1.0)
_MAX_PLACEHOLDER_BYTES: Final = 4096

NO_IMAGE: Final = ZERO_DIGEST
"""What a tag that dangles names, of which nothing else is known: no manifest has this digest.

So whatever a push brings meanwhile counts as moved.
"""

State = Literal["on-digest", "on-placeholder", "dangling", "damaged", "absent", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Position:
    """One tag, seen from the digest that is to lose it.

    ``digest`` is what the tag names now; ``original`` is what it names, or named before a
    placeholder came over it. A dangling tag names a manifest that is gone, as the registry itself
    says: that it is listed proves nothing, since lists can lag behind. A damaged one the registry
    fails at, each time.
    """

    state: State
    digest: Digest | None = None
    original: Digest | None = None


async def find_position(
    repository: RepositoryClient, tag: Tag, expected: Digest | None
) -> Position:
    """Read where the tag is; without an expected digest, whatever it names is the expected one.

    ``expected`` may also be the placeholder's own digest: that is what a tags page shows. A push
    shows a half-written tag for a moment, so only a tag that stays away is called dangling, and
    only one that fails for seconds damaged. Who expects an image gets that failure as it is.
    """
    for pause in (*_PAUSES_SECONDS, *_DAMAGE_PAUSES_SECONDS):
        await repository.pace.sleep(pause)
        try:
            position = await _look(repository, tag, expected)
        except ManifestBroken:
            if expected not in {None, NO_IMAGE}:
                raise
            position = Position("damaged")
        if position.state not in {"dangling", "damaged"}:
            break
        if position.state == "dangling" and pause == _PAUSES_SECONDS[-1]:
            break
    return position


async def read_placeholder(
    repository: RepositoryClient, descriptor: Descriptor
) -> Placeholder | None:
    """Return what the placeholder remembers, None for any other manifest; may raise NotFound."""
    if descriptor.media_type != OCI_INDEX or descriptor.size_bytes > _MAX_PLACEHOLDER_BYTES:
        return None
    manifest = await repository.get_manifest(descriptor.digest, fresh=True)
    return parse_placeholder(manifest.document)


async def _look(repository: RepositoryClient, tag: Tag, expected: Digest | None) -> Position:
    try:
        descriptor = await repository.head_manifest(tag, fresh=True)
    except ManifestDangles:
        return Position("dangling")
    except NotFound:
        return Position("absent")
    try:
        placeholder = await read_placeholder(repository, descriptor)
    except NotFound:
        return Position("dangling")  # it went between the two looks
    digest = descriptor.digest
    if placeholder is None or placeholder.tag != tag:
        return Position("on-digest" if expected in {None, digest} else "elsewhere", digest, digest)
    is_meant = expected in {None, digest, placeholder.digest}
    return Position("on-placeholder" if is_meant else "elsewhere", digest, placeholder.digest)
