"""What a call to a registry may cost: bytes, seconds and tries."""

from typing import Final

MIB: Final = 1024 * 1024

MANIFEST_BYTES: Final = 4 * MIB
LIST_BYTES: Final = 64 * MIB
OTHER_BYTES: Final = MIB
ERROR_BYTES: Final = 64 * 1024

CONNECT_SECONDS: Final = 3.0
CALL_SECONDS: Final = 20.0
KEEPALIVE_SECONDS: Final = 60.0
TRIES: Final = 3
REDIRECTS: Final = 5

CACHE_BYTES: Final = 64 * MIB
FRESH_SECONDS: Final = 10.0
PROBE_SECONDS: Final = 600.0
PAGE_SIZE: Final = 1000
