"""One manifest that is no index, together with its image config. Pure."""

from dataclasses import dataclass
from functools import cached_property

from reglite import media_types
from reglite.browse.config import ImageView, build_image_view
from reglite.browse.created import read_created, read_created_annotation
from reglite.browse.history import build_history
from reglite.browse.kind import Kind, classify, get_artifact_type, get_config_media_type
from reglite.browse.layer import LayerView, build_layer_view, collect_blobs, read_layers
from reglite.browse.platform import read_platform
from reglite.browse.schema1 import read_schema1_config, read_schema1_layers
from reglite.errors import RegliteError
from reglite.registry.document import read_descriptor, read_text_map
from reglite.registry.models import Descriptor, JsonObject, Manifest


@dataclass(frozen=True)
class Image:
    """A manifest with its layers, base first, and its image config where it has one."""

    manifest: Manifest
    kind: Kind
    config: JsonObject | None
    layers: tuple[Descriptor | None, ...]
    trouble: RegliteError | None = None
    """Why its config can't be read though the registry has it."""

    @property
    def has_sizes(self) -> bool:
        """Tell schema1, which has none, from all others."""
        return not media_types.is_schema1(self.manifest.media_type)

    @property
    def lacks_config(self) -> bool:
        """Tell an image whose config was to be read and was not there, or was no config."""
        return self.config is None and find_image_config(self.manifest, self.kind) is not None

    @cached_property
    def blobs(self) -> dict[str, int]:
        """The distinct config and layer blobs that it pins, digest to size in bytes."""
        return collect_blobs(read_descriptor(self.manifest.document.get("config")), self.layers)

    @property
    def artifact_type(self) -> str | None:
        """What sort of artifact it is; None for images."""
        return get_artifact_type(self.manifest.document)

    @property
    def created(self) -> str | None:
        """The config's date; the annotation's only where there is no image config."""
        if self.config is not None:
            return read_created(self.config.get("created"))
        return read_created_annotation(read_text_map(self.manifest.document.get("annotations")))

    @property
    def platform(self) -> str | None:
        """What the config says it runs on."""
        return None if self.config is None else read_platform(self.config)

    def build_view(self) -> ImageView | None:
        """Return what the config says, with its history joined to the layers."""
        if self.config is None:
            return None
        history = build_history(self.config, self.layers, has_sizes=self.has_sizes)
        return build_image_view(self.config, history)

    def build_layer_views(self) -> tuple[LayerView, ...]:
        """Return the layers that can be named."""
        named = (layer for layer in self.layers if layer is not None)
        return tuple(build_layer_view(layer, has_sizes=self.has_sizes) for layer in named)


def find_image_config(manifest: Manifest, kind: Kind) -> Descriptor | None:
    """Return the descriptor of the image config to read; None where nothing is worth a request."""
    document = manifest.document
    media_type = get_config_media_type(document)
    is_image = kind == "image" and media_type in media_types.IMAGE_CONFIGS
    if not is_image and media_type != media_types.WASM_CONFIG:
        return None
    return read_descriptor(document.get("config"))


def read_image(
    manifest: Manifest, config: JsonObject | None = None, trouble: RegliteError | None = None
) -> Image:
    """Join a manifest and its image config; schema1 brings its own."""
    document = manifest.document
    if media_types.is_schema1(manifest.media_type):
        return Image(
            manifest, "image", read_schema1_config(document), read_schema1_layers(document)
        )
    return Image(manifest, classify(manifest), config, read_layers(document), trouble)
