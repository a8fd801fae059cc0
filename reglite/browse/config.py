"""What an image config says (image spec, "Image Configuration"), read tolerantly. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reglite.browse.created import read_created
from reglite.browse.history import HistoryView
from reglite.registry.document import read_object, read_size, read_text, read_text_map, read_texts
from reglite.registry.models import JsonObject

_HEALTHCHECK_NUMBERS: Final = ("Interval", "Timeout", "StartPeriod", "StartInterval", "Retries")


@dataclass(frozen=True, slots=True)
class ImageView:
    """The image config in the API's words; ``healthcheck`` keeps Docker's keys."""

    os: str | None
    architecture: str | None
    variant: str | None
    created: str | None
    author: str | None
    user: str | None
    working_dir: str | None
    env: tuple[str, ...]
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    exposed_ports: tuple[str, ...]
    volumes: tuple[str, ...]
    labels: Mapping[str, str]
    stop_signal: str | None
    healthcheck: Mapping[str, Any] | None
    history: tuple[HistoryView, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the API's object."""
        return {
            "os": self.os,
            "architecture": self.architecture,
            "variant": self.variant,
            "created": self.created,
            "author": self.author,
            "user": self.user,
            "working_dir": self.working_dir,
            "env": list(self.env),
            "entrypoint": list(self.entrypoint),
            "cmd": list(self.cmd),
            "exposed_ports": list(self.exposed_ports),
            "volumes": list(self.volumes),
            "labels": dict(self.labels),
            "stop_signal": self.stop_signal,
            "healthcheck": None if self.healthcheck is None else dict(self.healthcheck),
            "history": [step.to_json() for step in self.history],
        }


def parse_config(raw: bytes) -> JsonObject | None:
    """Return the JSON object of a config blob; None for one that is no image config at all."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def build_image_view(config: JsonObject, history: tuple[HistoryView, ...]) -> ImageView:
    """Return the view of an image config and its joined history."""
    settings = read_object(config.get("config"))
    return ImageView(
        os=read_text(config.get("os")) or None,
        architecture=read_text(config.get("architecture")) or None,
        variant=read_text(config.get("variant")) or None,
        created=read_created(config.get("created")),
        author=read_text(config.get("author")) or None,
        user=read_text(settings.get("User")) or None,
        working_dir=read_text(settings.get("WorkingDir")) or None,
        env=read_texts(settings.get("Env")),
        entrypoint=_read_command(settings.get("Entrypoint")),
        cmd=_read_command(settings.get("Cmd")),
        exposed_ports=_read_set(settings.get("ExposedPorts")),
        volumes=_read_set(settings.get("Volumes")),
        labels=read_text_map(settings.get("Labels")),
        stop_signal=read_text(settings.get("StopSignal")) or None,
        healthcheck=_read_healthcheck(settings.get("Healthcheck")),
        history=history,
    )


def _read_command(value: Any) -> tuple[str, ...]:
    text = read_text(value)
    return (text,) if text else read_texts(value)


def _read_set(value: Any) -> tuple[str, ...]:
    """Read Go's idea of a set, an object with empty values, in a stable order."""
    return tuple(sorted(read_text(key) or "" for key in read_object(value)))


def _read_healthcheck(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    numbers = {key: read_size(value[key]) for key in _HEALTHCHECK_NUMBERS if key in value}
    return {"Test": list(read_texts(value.get("Test"))), **numbers}
