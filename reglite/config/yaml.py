"""YAML for the inventory: duplicate keys are errors, and no message quotes the text.

A line of an inventory may hold a password, so the parser's own messages, which quote, stay inside.
JSON is YAML, too, and is read without the YAML parser, whose import is a tenth of a cold start.
"""

import json
from typing import TYPE_CHECKING, Any, Final

from reglite.config.key_path import KeyPath
from reglite.errors import ConfigurationError

if TYPE_CHECKING:
    import yaml

_PROBLEMS: Final = {
    "<stream end>": "a quote or a bracket is opened and never closed",
    "unexpected end of stream": "a quote or a bracket is opened and never closed",
    r"'\t'": "a tab stands where only spaces may: indent with spaces",
    "mapping values are not allowed": (
        "a colon where none may be: indent the line as those beside it, or put the value in quotes"
    ),
    "<block end>": (
        "the line does not go on from those above: indent it as those beside it, or put the value "
        "in quotes"
    ),
    "',' or": "a comma or a closing bracket is missing",
    "escape character": "a backslash in double quotes begins an escape: use single quotes",
    "another document": "there are two documents: remove the line --- between them",
}


def parse_yaml(text: str, root: KeyPath) -> Any:
    """Parse one YAML document; raises ConfigurationError with the line or the key path."""
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=_read_object)
        except (ValueError, RecursionError):
            pass  # YAML in braces, or a mistake that the YAML parser places by its line
    return _parse_yaml(text, root)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key appears twice")
    return read


def _parse_yaml(text: str, root: KeyPath) -> Any:
    import yaml  # noqa: PLC0415 - cold start

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _check_keys(node, root, set())
        return yaml.safe_load(text)
    except RecursionError as exc:
        raise root.error("is nested too deeply: write it flatter") from exc
    except yaml.YAMLError as exc:
        # Without the chain: the parser's exception quotes the line.
        error = _translate(exc, root)
    except ValueError:
        # An impossible date, for example: the scalar looks like a timestamp.
        error = root.error("holds a value that YAML takes for a date or number: put it in quotes")
    raise error


def _check_keys(node: "yaml.Node", place: KeyPath, seen: set[int]) -> None:
    import yaml  # noqa: PLC0415 - cold start

    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _check_keys(item, place / index, seen)
    elif isinstance(node, yaml.MappingNode):
        _check_mapping(node, place, seen)


def _check_mapping(node: "yaml.MappingNode", place: KeyPath, seen: set[int]) -> None:
    import yaml  # noqa: PLC0415 - cold start

    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            place.fail(f"has a key that is no text, in line {line}: put it in quotes")
        if key.tag not in {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}:
            place.fail(
                f"has a key in line {line} that YAML takes for a number, a date or a switch such "
                "as on and off: put it in quotes"
            )
        if key.value in lines:
            (place / key.value).fail(
                f"appears twice, in lines {lines[key.value]} and {line}: remove or rename one"
            )
        lines[key.value] = line
        _check_keys(value, place / key.value, seen)


def _translate(exc: "yaml.YAMLError", root: KeyPath) -> ConfigurationError:
    import yaml  # noqa: PLC0415 - cold start

    if not isinstance(exc, yaml.MarkedYAMLError):
        return root.error("is not text that YAML allows: save it as UTF-8 without control codes")
    mark = exc.problem_mark or exc.context_mark
    where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return root.error(f"is not valid YAML{where}: {_explain(exc.problem or '')}")


def _explain(problem: str) -> str:
    """Say in our words what the parser says, which may quote the text."""
    for mark, words in _PROBLEMS.items():
        if mark in problem:
            return words
    if not problem or "'" in problem or '"' in problem:
        return "a value that begins with a special character needs quotes"
    return problem
