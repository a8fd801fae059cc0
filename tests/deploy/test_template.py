"""What osls makes of serverless.yml: valid, least privilege, private, within the limits."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reglite.api.response.security_headers import PAGE_HEADERS, SECURITY_HEADERS
from reglite.bundle.contents import list_zips
from tests.deploy.conftest import INVENTORY, find_module
from tests.support.availability import find_program
from tests.support.osls import lint_template, read_resources


@pytest.fixture(scope="module")
def lambdas(template: Path) -> dict[str, dict[str, Any]]:
    found = read_resources(template, "AWS::Lambda::Function").values()
    return {p["FunctionName"].rpartition("-")[2]: p for p in found}


def test_cfn_lint_finds_nothing(template: Path) -> None:
    assert lint_template(template) == ""


def test_every_zip_is_a_lambda_of_its_own(lambdas: dict[str, dict[str, Any]]) -> None:
    assert set(lambdas) == set(list_zips())
    for name, properties in lambdas.items():
        assert properties["Code"]["S3Key"].endswith(f"/{name}.zip")
        assert properties["Handler"] == f"{find_module(name)}.handler"


def test_lambdas_end_between_the_registrys_budget_and_the_gateways_limit(
    lambdas: dict[str, dict[str, Any]],
) -> None:
    assert {p["Timeout"] for p in lambdas.values()} == {25}


def test_references_to_secrets_reach_the_lambdas_as_they_are(
    lambdas: dict[str, dict[str, Any]],
) -> None:
    for properties in lambdas.values():
        variables = properties["Environment"]["Variables"]
        inventory = "" if properties is lambdas["unmatched"] else INVENTORY
        assert variables == {"REGLITE_CONFIG_FILE": "", "REGLITE_INVENTORY": inventory}


def test_runtime_and_architecture_are_those_of_the_zips(lambdas: dict[str, dict[str, Any]]) -> None:
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert {p["Runtime"] for p in lambdas.values()} == {runtime}
    assert all(len(p["Architectures"]) == 1 for p in lambdas.values())


def test_logs_are_kept_for_thirty_days(template: Path) -> None:
    groups = read_resources(template, "AWS::Logs::LogGroup").values()

    assert {group["RetentionInDays"] for group in groups} == {30}
    assert len(groups) == len(list_zips())


def test_each_lambda_has_the_least_of_three_roles(lambdas: dict[str, dict[str, Any]]) -> None:
    roles = {name: p["Role"]["Fn::GetAtt"][0] for name, p in lambdas.items()}
    changers = {"any_deletion", "delete_manifest", "restore", "untag"}

    assert {n for n, role in roles.items() if role == "OpenRole"} == {"health", "unmatched"}
    assert {n for n, role in roles.items() if role == "ChangeRole"} == changers


def test_no_policy_allows_everything(template: Path) -> None:
    statements = [
        statement
        for policy in read_resources(template, "AWS::IAM::ManagedPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    unbounded = [s for s in statements if s["Resource"] == "*"]

    assert len(statements) >= 6
    assert [s["Action"] for s in unbounded] == [
        ["ecr:GetAuthorizationToken", "ecr:DescribeRepositories"]
    ]
    assert not [s for s in statements if "*" in json.dumps(s["Action"])]


def test_ecr_is_out_of_reach_until_it_is_asked_for(template: Path) -> None:
    document = json.loads(template.read_text("utf-8"))

    assert document["Parameters"]["Ecr"]["Default"] == "none"
    assert document["Resources"]["ReadEcr"]["Condition"] == "ReadsEcr"
    assert document["Resources"]["DeleteInEcr"]["Condition"] == "DeletesInEcr"
    assert document["Resources"]["DeleteInEcr"]["Properties"]["Roles"] == [{"Ref": "ChangeRole"}]


def test_bucket_is_private_and_only_the_distribution_reads_it(template: Path) -> None:
    site = read_resources(template, "AWS::S3::Bucket")["Site"]
    policies = read_resources(template, "AWS::S3::BucketPolicy").values()
    (policy,) = (p for p in policies if p["Bucket"] == {"Ref": "Site"})
    allowed = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]

    assert set(site["PublicAccessBlockConfiguration"].values()) == {True}
    assert [s["Principal"] for s in allowed] == [{"Service": "cloudfront.amazonaws.com"}]
    assert "AWS:SourceArn" in allowed[0]["Condition"]["StringEquals"]


def test_pages_and_api_share_an_origin_and_only_pages_are_cached(template: Path) -> None:
    (found,) = read_resources(template, "AWS::CloudFront::Distribution").values()
    config = found["DistributionConfig"]
    (api,) = config["CacheBehaviors"]

    assert (api["PathPattern"], api["TargetOriginId"]) == ("/api/*", "api")
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    assert {"PUT", "DELETE", "OPTIONS"} <= set(api["AllowedMethods"])
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "site"
    assert "CustomErrorResponses" not in config  # they would replace the API's errors, too


def _read_headers(template: Path, policy: str) -> dict[str, tuple[str, bool]]:
    """Return what a policy of CloudFront's sets, each with whether it replaces the origin's."""
    found = read_resources(template, "AWS::CloudFront::ResponseHeadersPolicy")[policy]
    config = found["ResponseHeadersPolicyConfig"]
    fixed = config["SecurityHeadersConfig"]
    assert fixed["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    csp, frame = fixed["ContentSecurityPolicy"], fixed["FrameOptions"]
    referrer, sniff = fixed["ReferrerPolicy"], fixed["ContentTypeOptions"]
    return {
        "Content-Security-Policy": (csp["ContentSecurityPolicy"], csp["Override"]),
        "X-Frame-Options": (frame["FrameOption"], frame["Override"]),
        "Referrer-Policy": (referrer["ReferrerPolicy"], referrer["Override"]),
        "X-Content-Type-Options": ("nosniff", sniff["Override"]),
    } | {i["Header"]: (i["Value"], i["Override"]) for i in config["CustomHeadersConfig"]["Items"]}


def test_cloudfront_gives_pages_the_security_headers_of_the_list(template: Path) -> None:
    expected = {name: (value, True) for name, value in PAGE_HEADERS.items()}
    assert _read_headers(template, "PageHeaders") == expected


def test_cloudfront_completes_the_security_headers_of_answers_beside_the_api(
    template: Path,
) -> None:
    expected = {name: (value, False) for name, value in SECURITY_HEADERS.items()}
    assert _read_headers(template, "ApiHeaders") == expected


@pytest.mark.parametrize(
    ("uri", "found"),
    [("/ru/", "/ru/index.html"), ("/tags.html", "/tags.html"), ("/", "/index.html")],
)
def test_folder_is_its_index_page(template: Path, uri: str, found: str) -> None:
    code = read_resources(template, "AWS::CloudFront::Function")["FindIndex"]["FunctionCode"]
    node = find_program("node", "nodejs")
    script = f"{code}; console.log(handler({{request: {{uri: {json.dumps(uri)}}}}}).uri)"

    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == found


def test_gateway_has_fewer_routes_than_it_may(template: Path) -> None:
    assert len(read_resources(template, "AWS::ApiGatewayV2::Route")) <= 300
