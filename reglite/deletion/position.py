"""Where a tag stands between its image and nowhere, read from the registry alone.

The untag ladder takes every step from here, so a run that was killed is gone on with by the next
one, whoever starts it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from reglite.errors import NameUnknown, NotFound
from reglite.media_types import OCI_INDEX
from reglite.reference import Digest, Tag
from reglite.registry.models import Descriptor
from reglite.registry.placeholder import Placeholder, parse_placeholder
from reglite.registry.probe import ZERO_DIGEST
from reglite.registry.repository import RepositoryClient

_PAUSES_SECONDS: Final = (0.0, 0.1, 0.3)
_MAX_PLACEHOLDER_BYTES: Final = 4096

NO_IMAGE: Final = ZERO_DIGEST
"""What a tag that dangles names, of which nothing else is known: no manifest has this digest.

So whatever a push brings meanwhile counts as moved.
"""

State = Literal["on-digest", "on-placeholder", "dangling", "absent", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Position:
    """One tag, seen from the digest that is to lose it.

    ``digest`` is what the tag names now; ``original`` is what it names, or named before a
    placeholder came over it. A dangling tag is listed but answers 404.
    """

    state: State
    digest: Digest | None = None
    original: Digest | None = None


async def find_position(
    repository: RepositoryClient, tag: Tag, expected: Digest | None
) -> Position:
    """Read where the tag is; without an expected digest, whatever it names is the expected one.

    ``expected`` may also be the placeholder's own digest: that is what a tags page shows. A push
    shows a half-written tag for a moment, so only a tag that stays away is called dangling.
    """
    for pause in _PAUSES_SECONDS:
        await repository.pace.sleep(pause)
        position = await _look(repository, tag, expected)
        if position.state != "dangling":
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
        placeholder = await read_placeholder(repository, descriptor)
    except NotFound:
        return Position("dangling" if await _is_listed(repository, tag) else "absent")
    digest = descriptor.digest
    if placeholder is None or placeholder.tag != tag:
        return Position("on-digest" if expected in {None, digest} else "elsewhere", digest, digest)
    is_meant = expected in {None, digest, placeholder.digest}
    return Position("on-placeholder" if is_meant else "elsewhere", digest, placeholder.digest)


async def _is_listed(repository: RepositoryClient, tag: Tag) -> bool:
    try:
        return tag in await repository.list_tags(fresh=True)
    except NameUnknown:
        return False
