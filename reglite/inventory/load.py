"""The inventory: every registry that RegLite shows, out of YAML, URLs and Docker's config.

``load_inventory`` is the only way in; everything after it works with frozen, checked values.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reglite.config.key_path import KeyPath
from reglite.config.registry_url import parse_registry_url
from reglite.credentials.docker import list_stored
from reglite.credentials.docker_config import DockerConfig, find_docker_config, load_docker_config
from reglite.inventory.access import read_access
from reglite.inventory.access_config import AccessConfig
from reglite.inventory.allowed_keys import InventoryDocument, parse_inventory_document
from reglite.inventory.aws_reference import ReferencingEnviron, is_reference, read_reference
from reglite.inventory.entry import read_docker_host, read_entry, read_url
from reglite.inventory.registry_config import RegistryConfig, Source

__all__ = ["DEFAULT_FILE", "Inventory", "RegistryConfig", "Source", "load_inventory"]

DEFAULT_FILE = "inventory.yaml"


@dataclass(frozen=True, slots=True)
class Inventory:
    """All registries in the order in which they are shown, and who may do what.

    ``path`` is what a hint names: the file or the environment variable that was read, else None.
    ``notes`` are for the console: what was left out, and why. ``is_remote``: some of it came out of
    AWS, where it may change.
    """

    registries: tuple[RegistryConfig, ...] = ()
    access: AccessConfig = field(default_factory=AccessConfig)
    path: str | None = None
    notes: tuple[str, ...] = ()
    is_remote: bool = False

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody has configured anything yet: the demo's moment."""
        return self.path is None and not self.registries

    def with_registries(self, extra: Iterable[RegistryConfig]) -> "Inventory":
        """Return this inventory and some more registries; a taken name gets a number."""
        registries = {config.name: config for config in self.registries}
        _add(registries, extra)
        return replace(self, registries=tuple(registries.values()))


def load_inventory(
    *,
    config_file: str | None = None,
    urls: Sequence[str] = (),
    environ: Mapping[str, str] = os.environ,
    working_folder: Path | None = None,
    extra: Sequence[RegistryConfig] = (),
) -> Inventory:
    """Gather all registries; raises ConfigurationError naming the file, the key path and the fix.

    The document is the first of ``config_file``, ``REGLITE_INVENTORY`` (the YAML itself),
    ``REGLITE_CONFIG_FILE`` and ``inventory.yaml``, of which only the last may be absent; a file may
    be a reference such as ``ssm:/reglite/inventory``, and then this blocks on the network. ``urls``
    (or else ``REGLITE_REGISTRIES``) follow, then Docker's hosts that are not there yet, ``extra``.
    """
    text, root = _read_text(config_file, environ, working_folder or Path.cwd())
    values = ReferencingEnviron(environ)
    document = parse_inventory_document(text or "", root, values)
    docker, notes = list_stored(_load_docker(document, root, environ))
    notes = (*docker.notes, *notes)
    registries = _read_entries(document, root, docker)
    if urls:
        _add_urls(registries, urls, docker, KeyPath("command line", root.folder))
    else:
        variable = KeyPath("REGLITE_REGISTRIES", root.folder)
        _add_urls(registries, environ.get(variable.file, "").split(), docker, variable)
    _add_docker_hosts(registries, docker)
    _add(registries, extra)
    path = None if text is None else root.file
    access = read_access(document.access, root / "access")
    is_remote = values.was_asked or is_reference(root.file)
    return Inventory(tuple(registries.values()), access, path, notes, is_remote)


def _read_text(
    config_file: str | None, environ: Mapping[str, str], folder: Path
) -> tuple[str | None, KeyPath]:
    inline = environ.get("REGLITE_INVENTORY")
    if inline and not config_file:
        return inline, KeyPath("REGLITE_INVENTORY", folder)
    named = config_file or environ.get("REGLITE_CONFIG_FILE")
    if named and is_reference(named):
        return read_reference(named), KeyPath(named, folder)
    if named:
        path = KeyPath(named, folder).find_path(named)
        root = KeyPath(named, path.parent)
        text = root.read_text(path)
        if text is None:
            root.fail("there is no such file: check the path, or write one with 'reglite init'")
        return text, root
    root = KeyPath(DEFAULT_FILE, folder)
    return root.read_text(folder / DEFAULT_FILE), root


def _load_docker(
    document: InventoryDocument, root: KeyPath, environ: Mapping[str, str]
) -> DockerConfig:
    path = _find_docker(str(document.docker_config), root / "docker_config", environ)
    return replace(load_docker_config(path), environ=environ) if path else DockerConfig()


def _find_docker(setting: str, place: KeyPath, environ: Mapping[str, str]) -> Path | None:
    """Return the path of Docker's config; the switch is text where it came from a variable."""
    if setting.lower() == "false":
        return None
    if setting.lower() == "true":
        return find_docker_config(environ)
    in_folder = str(Path(setting) / "config.json")
    return place.find_file(in_folder if place.is_folder(setting) else setting)


def _read_entries(
    document: InventoryDocument, root: KeyPath, docker: DockerConfig
) -> dict[str, RegistryConfig]:
    place = root / "inventory"
    return {
        name: read_entry(name, section, place / name, docker)
        for name, section in document.inventory.items()
    }


def _add_urls(
    registries: dict[str, RegistryConfig],
    urls: Iterable[str],
    docker: DockerConfig,
    place: KeyPath,
) -> None:
    for text in urls:
        config = read_url(text, docker, place)
        if any(_is_same(text, config, other) for other in registries.values()):
            continue
        if config.name in registries:
            place.fail(
                f"there is a registry named '{config.name}' already, with another URL: "
                "remove one, or give it another name in the inventory"
            )
        registries[config.name] = config


def _is_same(text: str, config: RegistryConfig, other: RegistryConfig) -> bool:
    """Tell whether the URL means a registry that is there; one without a scheme means either."""
    skipped = 0 if "://" in text else 1
    return config.url.split("://")[skipped:] == other.url.split("://")[skipped:]


def _add_docker_hosts(registries: dict[str, RegistryConfig], docker: DockerConfig) -> None:
    present = {parse_registry_url(config.url).host for config in registries.values()}
    for host in sorted(docker.hosts - present):
        _add(registries, [read_docker_host(host, docker)])


def _add(registries: dict[str, RegistryConfig], extra: Iterable[RegistryConfig]) -> None:
    """Add entries under their names, or where one is taken under the next free one."""
    for config in extra:
        names = (config.name, *(f"{config.name}-{number}" for number in range(2, 1000)))
        name = next(name for name in names if name not in registries)
        registries[name] = replace(config, name=name)
