"""Servers whose catalog is for administrators alone have a list of their own for others."""

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from reglite.errors import Denied, RegistryProtocol, TooManyRequests
from reglite.reference import Repository
from reglite.registry import calls
from reglite.registry.call import Answer
from reglite.registry.challenge import Challenge
from reglite.registry.document import read_objects
from reglite.registry.memory import Memory
from reglite.registry.models import Page
from reglite.registry.retry import parse_retry_after
from reglite.registry.transport import Transport


class OwnListReader(ABC):
    """Reads such a list; ``about`` names it in messages, ``right`` is what it needs.

    ``is_catalog_hidden`` says that an empty catalog may be a refusal.
    """

    about: ClassVar[str]
    right: ClassVar[str]
    is_catalog_hidden: ClassVar[bool] = False

    def __init__(self, transport: Transport, memory: Memory) -> None:
        self._transport = transport
        self._memory = memory

    @abstractmethod
    def is_own_cursor(self, cursor: str | None) -> bool:
        """Tell a cursor of this list from one of the catalog."""

    @abstractmethod
    async def get_page(self, cursor: str | None, *, n: int, fresh: bool) -> Page[Repository] | None:
        """Return a page of about ``n`` names; None where the registry is no such server."""

    async def _learn_challenge(self) -> Challenge | None:
        """Return what the registry asks strangers for."""
        if self._transport.auth.challenge is None:
            await self._transport.exchange(calls.ping())  # a new process that goes on with a list
        return self._transport.auth.challenge

    async def _ask_for(self, url: str, authorization: str | None) -> Answer:
        return await self._transport.ask_own_api(url, authorization, self.about)

    def _check(self, answer: Answer) -> None:
        if answer.status == 429:
            raise TooManyRequests(
                f"{self._where} is rate-limited: wait and try again",
                retry_after_seconds=parse_retry_after(answer.headers.get("retry-after")),
            )
        if answer.status in {401, 403}:
            raise Denied(
                f"{self._where} needs {self.right} ({answer.status}), or name repositories: in "
                "the inventory"
            )
        if answer.status != 200:
            raise RegistryProtocol(f"{self._where}: unexpected answer ({answer.status})")

    def _parse_list(self, answer: Answer) -> tuple[dict[str, Any], ...]:
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError) as exc:
            raise RegistryProtocol(f"{self._where}: the answer is not JSON") from exc
        return tuple(dict(item) for item in read_objects(document))

    @property
    def _where(self) -> str:
        return f"registry '{self._transport.config.name}': {self.about}"
