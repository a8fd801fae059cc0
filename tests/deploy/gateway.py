"""A stand-in for the HTTP API: routes out of CloudFormation, decoded before they are matched."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.support.osls import read_resources

_VARIABLE = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True)
class Route:
    """One route key and the function behind it."""

    method: str
    path: str
    function: str

    @cached_property
    def is_greedy(self) -> bool:
        """Tell whether a variable of the path takes all that follows."""
        return "+}" in self.path

    def matches(self, method: str, decoded_path: str) -> bool:
        """Tell whether a request is one of the route's: one part per variable, never empty."""
        return method == self.method and self._pattern.fullmatch(decoded_path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_VARIABLE.sub(lambda v: ".+" if v[2] else "[^/]+", self.path), re.DOTALL)


class Gateway:
    """Chooses as AWS documents it: a full match, else a greedy one, else ``$default``."""

    def __init__(self, template: Path) -> None:
        integrations = read_resources(template, "AWS::ApiGatewayV2::Integration")
        lambdas = read_resources(template, "AWS::Lambda::Function")
        self.routes = []
        self.default: str | None = None
        for properties in read_resources(template, "AWS::ApiGatewayV2::Route").values():
            integration = _find_reference(properties["Target"], "Ref")
            arn = _find_reference(integrations[integration]["IntegrationUri"], "Fn::GetAtt")
            name = lambdas[arn]["FunctionName"].rpartition("-")[2]
            if properties["RouteKey"] == "$default":
                self.default = name
            else:
                method, _, path = properties["RouteKey"].partition(" ")
                self.routes.append(Route(method, path, name))

    def find_routes(self, method: str, raw_path: str) -> list[Route]:
        """Return every route that matches a request as it was sent."""
        path = unquote(raw_path)
        return [route for route in self.routes if route.matches(method, path)]

    def choose(self, method: str, raw_path: str) -> str | None:
        """Return the function that answers a request as it was sent."""
        found = sorted(self.find_routes(method, raw_path), key=lambda route: route.is_greedy)
        return found[0].function if found else self.default


def _find_reference(value: Any, kind: str) -> str:
    """Return the logical name that an intrinsic function somewhere inside a value refers to."""
    if isinstance(value, dict) and kind in value:
        found = value[kind]
        return str(found[0] if isinstance(found, list) else found)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (_find_reference(part, kind) for part in parts)), "")
