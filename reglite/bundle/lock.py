"""The lock of what RegLite requires: versions, hashes, and who requires what. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from packaging.markers import Marker
from packaging.utils import canonicalize_name

# A pinned requirement, the lines of hashes that go on from it, and the comment that says for whom.
_ENTRY: Final = re.compile(
    r"^(?P<pin>(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n +--hash=\S+)*)\n(?P<via>(?: +#.*\n)*)",
    re.MULTILINE,
)
_VIA: Final = re.compile(r"#(?: via)? +(?P<name>[A-Za-z0-9._-]+)")


@dataclass(frozen=True, slots=True)
class Locked:
    """One distribution: its line for pip, with hashes; its marker; what requires it."""

    requirement: str
    marker: str | None
    required_by: frozenset[str]

    def is_for(self, markers: Mapping[str, str]) -> bool:
        """Tell whether a platform with these environment markers (PEP 508) needs it."""
        return self.marker is None or Marker(self.marker).evaluate(dict(markers))


def parse_lock(text: str) -> dict[str, Locked]:
    """Return the distributions of a hashed lock by their normalised names.

    A requirement goes without its marker: pip would compare that with the machine that it runs on.
    """
    return {
        canonicalize_name(entry["name"]): Locked(
            f"{entry['pin']}{entry['hashes']}\n",
            entry["marker"],
            frozenset(canonicalize_name(name) for name in _VIA.findall(entry["via"])),
        )
        for entry in _ENTRY.finditer(text)
    }
