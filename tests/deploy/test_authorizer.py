"""The documented recipe for a JWT authorizer, done as it is written and packaged."""

import re
import subprocess
from pathlib import Path

import pytest

from reglite.bundle.package import Package
from tests.support.osls import (
    CHECKOUT,
    SETTINGS,
    lint_template,
    package_template,
    read_resources,
)

RECIPE = re.compile(
    r"\*\*Signing in with a JWT\*\*.*?```yaml\n(?P<settings>.*?)```.*?```sh\n(?P<command>.*?)```",
    re.DOTALL,
)


@pytest.fixture(scope="module")
def guarded(packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the recipe on a copy of ``serverless.yml``; return the template made of it."""
    found = RECIPE.search((CHECKOUT / "docs" / "deployment.md").read_text("utf-8"))
    assert found is not None
    folder = tmp_path_factory.mktemp("authorizer")
    copy = folder / SETTINGS.name
    text = SETTINGS.read_text("utf-8")
    copy.write_text(text.replace("\nprovider:\n", f"\nprovider:\n{found['settings']}", 1), "utf-8")
    subprocess.run(["sh", "-e", "-c", found["command"]], cwd=folder, check=True)
    built = next(iter(packages.values())).path.parent
    (folder / "osls").mkdir()
    return package_template(built.iterdir(), folder / "osls", settings=copy.read_text("utf-8"))


def test_cfn_lint_finds_nothing(guarded: Path) -> None:
    assert lint_template(guarded) == ""


def test_authorizer_checks_the_issuers_tokens(guarded: Path) -> None:
    (authorizer,) = read_resources(guarded, "AWS::ApiGatewayV2::Authorizer").values()

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://login.example.com",
        "Audience": ["reglite"],
    }


def test_only_health_preflights_and_what_no_route_matches_go_without_a_token(
    guarded: Path, template: Path
) -> None:
    (authorizer,) = read_resources(guarded, "AWS::ApiGatewayV2::Authorizer")
    routes = read_resources(guarded, "AWS::ApiGatewayV2::Route").values()

    asked = {r["RouteKey"] for r in routes if r.get("AuthorizerId") == {"Ref": authorizer}}
    free = {r["RouteKey"] for r in routes if "AuthorizerId" not in r}

    health = {"GET /api/v1/health", "HEAD /api/v1/health"}
    assert free == {"$default", "OPTIONS /api/v1/{proxy+}"} | health
    unguarded = read_resources(template, "AWS::ApiGatewayV2::Route").values()
    assert asked | free == {r["RouteKey"] for r in unguarded}
    assert {r["AuthorizationType"] for r in routes if r["RouteKey"] in asked} == {"JWT"}
