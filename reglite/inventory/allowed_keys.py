"""An inventory's YAML as a validated document; every error names the file and the key path.

The models are the edge: unknown keys are refused, secrets are ``SecretStr``, and no message shows
a value, because any value may be a password in the wrong place.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from reglite.config.interpolation import interpolate
from reglite.config.key_path import KeyPath
from reglite.errors import ConfigurationError
from reglite.inventory.access_config import Role


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number_type", "must be a number")
    return value


class _Section(BaseModel):
    # Deferred: only the outermost model's schema is ever used, and each takes a millisecond.
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class RegistrySection(_Section):
    """One entry under ``inventory:``."""

    url: str
    username: str | None = None
    password: SecretStr | None = None
    password_file: str | None = None
    auth: SecretStr | None = None
    repositories: list[str] = []
    pull_host: str | None = None
    delete: bool = True
    catalog: bool = True
    protect: list[str] = []
    ca_file: str | None = None
    insecure: bool = False
    client_cert: str | None = None
    client_key: str | None = None
    timeout_seconds: Annotated[float, BeforeValidator(_refuse_bool), Field(gt=0, le=600)] = 10.0
    max_connections: Annotated[int, BeforeValidator(_refuse_bool), Field(ge=1, le=100)] = 4


class TokenSection(_Section):
    """One entry of ``access.tokens``."""

    name: str
    token: SecretStr
    role: Role


class ProxySection(_Section):
    """``access.proxy``."""

    user_header: str | None = None
    groups_header: str | None = None
    groups_separator: str = ","
    trusted: list[str]
    sign_out_url: str | None = None


class GrantSection(_Section):
    """One entry of ``access.grants``."""

    users: list[str] | None = None
    groups: list[str] | None = None
    role: Role
    registries: list[str] | None = None
    repositories: list[str] | None = None


class AccessSection(_Section):
    """The section ``access:``."""

    anonymous: Literal["viewer", "none"] | None = None
    default_role: Role | Literal["none"] = "viewer"
    tokens: list[TokenSection] = []
    htpasswd: str | None = None
    proxy: ProxySection | None = None
    grants: list[GrantSection] = []
    origins: list[str] = []
    hosts: list[str] = []


class InventoryDocument(_Section):
    """A whole inventory file."""

    inventory: dict[str, RegistrySection] = {}
    docker_config: bool | str = True
    access: AccessSection = Field(default_factory=AccessSection)


def parse_inventory_document(
    text: str, root: KeyPath, environ: Mapping[str, str]
) -> InventoryDocument:
    """Parse, interpolate and validate an inventory; raises ConfigurationError."""
    from reglite.config.yaml import parse_yaml  # noqa: PLC0415 - YAML is slow to import

    present = _read_sections(parse_yaml(text, root), root)
    return validate(InventoryDocument, _interpolate_all(present, root, environ, ()), root)


def refuse_unknown_keys(raw: Any, root: KeyPath) -> None:
    """Check the keys alone of a document whose values are not filled in yet.

    Raises ConfigurationError.
    """
    try:
        InventoryDocument.model_validate(_read_sections(raw, root))
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        unknown = next((e for e in errors if e["type"] == "extra_forbidden"), None)
        if unknown is not None:
            raise _translate(unknown, raw, InventoryDocument, root) from None


def _read_sections(raw: Any, root: KeyPath) -> dict[Any, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        root.fail("must be a mapping that begins with 'inventory:'")
    # A key without a value, such as 'inventory:' with all entries commented out, is as if absent.
    return {key: value for key, value in raw.items() if value is not None}


def _interpolate_all(
    value: Any, place: KeyPath, environ: Mapping[str, str], parents: tuple[int, ...]
) -> Any:
    if id(value) in parents:
        place.fail("contains itself through a YAML anchor: write the values out")
    inside = (*parents, id(value))
    if isinstance(value, dict):
        return {k: _interpolate_all(v, place / k, environ, inside) for k, v in value.items()}
    if isinstance(value, list):
        return [_interpolate_all(v, place / i, environ, inside) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return interpolate(value, environ)
    except ConfigurationError as exc:
        raise place.error(exc.message) from exc


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], value: Any, root: KeyPath) -> Model:
    """Validate with pydantic and say the first error in our own words."""
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
    # A misspelt key also makes another one missing: the misspelling is what helps.
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    raise _translate(error, value, model, root)


def _translate(
    error: ErrorDetails, value: Any, model: type[BaseModel], root: KeyPath
) -> ConfigurationError:
    place = root
    for key in _find_keys(error, value):
        place = place / key
    return _hide_value(place, error).error(_describe(error, model))


def _hide_value(place: KeyPath, error: ErrorDetails) -> KeyPath:
    """Cut an unknown key at its colon: in ``{password:secret}`` YAML takes all of it for a key."""
    if error["type"] != "extra_forbidden":
        return place
    *parents, key = place.keys
    return replace(place, keys=(*parents, str(key).partition(":")[0]))


def _find_keys(error: ErrorDetails, value: Any) -> list[str | int]:
    """Drop what pydantic adds to a location: the names of a union's members."""
    keys: list[str | int] = []
    for key in error["loc"]:
        if isinstance(value, dict) and (key in value or error["type"] == "missing"):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key]
        else:
            break
        keys.append(key)
    return keys


_EXPECTED = {
    "string_type": "must be text: put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "number_type": "must be a number",
    "list_type": "must be a list, such as [a, b]",
    "dict_type": "must be a mapping of 'key: value' lines",
    "model_type": "must be a mapping of 'key: value' lines",
    "model_attributes_type": "must be a mapping of 'key: value' lines",
    "missing": "is missing: add it",
}


_SCALAR_ERRORS = {"string_type", "bool_type", "int_type", "float_type", "list_type"}


def _describe(error: ErrorDetails, model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return _describe_unknown_key(error, model)
    if error["input"] is None and kind in _SCALAR_ERRORS:
        return "has no value: write one, or remove the key"
    if error["loc"][:1] == ("docker_config",):
        return "must be true, false or the path of Docker's config.json"
    if kind == "literal_error":
        return f"must be {error['ctx']['expected']}"
    if kind in {"greater_than", "greater_than_equal", "less_than_equal"}:
        return error["msg"].replace("Input should", "must")
    return _EXPECTED.get(kind, "is not what is expected here: see inventory.example.yaml")


def _describe_unknown_key(error: ErrorDetails, model: type[BaseModel]) -> str:
    import difflib  # noqa: PLC0415 - cold start

    known = list(_find_section(error["loc"][:-1], model).model_fields)
    key, colon, _ = str(error["loc"][-1]).partition(":")
    close = difflib.get_close_matches(key, known, n=1)
    meant = f"did you mean '{close[0]}'? " if close else ""
    if colon:
        meant = "put a space after its colon; "
    return f"is not a known key: {meant}known are {', '.join(known)}"


def _find_section(location: tuple[int | str, ...], model: type[BaseModel]) -> type[BaseModel]:
    """Return the model that describes the mapping at a location."""
    sections: dict[str, type[BaseModel]] = {
        "inventory": RegistrySection,
        "access": AccessSection,
        "tokens": TokenSection,
        "proxy": ProxySection,
        "grants": GrantSection,
    }
    # The innermost section name wins; entry names under 'inventory' are free, so skip them.
    names = [str(key) for key in location]
    if names[:1] == ["inventory"]:
        return RegistrySection
    return next((sections[name] for name in reversed(names) if name in sections), model)
