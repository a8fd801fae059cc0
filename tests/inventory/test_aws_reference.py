"""Configuration out of AWS, read from moto's server through botocore itself."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from reglite.api.runtime import LIFETIME_SECONDS, RuntimeSource
from reglite.bundle.package import Package
from reglite.credentials.aws import import_botocore
from reglite.credentials.source import FixedCredentials
from reglite.errors import ConfigurationError
from reglite.inventory.aws_reference import read_reference
from reglite.inventory.load import load_inventory
from tests.functions.conftest import read_event
from tests.support.aws import serve_aws
from tests.support.lambda_runtime import SDK_MODULES, LambdaProcess, unpack

SECRET = "correct horse battery staple"
INVENTORY = """\
inventory:
  nas: {url: "http://127.0.0.1:1", username: ana, password: "${ssm:/reglite/nas}"}
docker_config: false
access:
  tokens: [{name: ci, token: "${secretsmanager:reglite/token}", role: maintainer}]
"""
# Where `stored` puts the inventory.
REFERENCES = (
    "ssm:/reglite/inventory",
    "secretsmanager:reglite/inventory",
    "s3://configuration/reglite/inventory.yaml",
)


@pytest.fixture(scope="module")
def aws() -> Iterator[dict[str, str]]:
    """Run moto's server; yields the environment that leads botocore there."""
    with serve_aws() as environ:
        yield environ


@pytest.fixture
def client(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Lead botocore to moto; returns a function that opens a client of a service."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    for name in ("REGLITE_INVENTORY", "REGLITE_CONFIG_FILE", "REGLITE_REGISTRIES"):
        monkeypatch.delenv(name, raising=False)
    create: Callable[[str], Any] = import_botocore("botocore.session").get_session().create_client
    return create


@pytest.fixture
def stored(client: Callable[[str], Any]) -> Callable[[str], Any]:
    """Store an inventory and its secrets where the references name them."""
    put_parameter(client, "/reglite/inventory", INVENTORY)
    put_parameter(client, "/reglite/nas", SECRET)
    secrets, s3 = client("secretsmanager"), client("s3")
    if not secrets.list_secrets()["SecretList"]:
        secrets.create_secret(Name="reglite/token", SecretString="a-token-of-the-tests")
        secrets.create_secret(Name="reglite/inventory", SecretString=INVENTORY)
        place = {"LocationConstraint": "eu-central-1"}
        s3.create_bucket(Bucket="configuration", CreateBucketConfiguration=place)
        s3.put_object(Bucket="configuration", Key="reglite/inventory.yaml", Body=INVENTORY.encode())
    return client


def put_parameter(client: Callable[[str], Any], name: str, value: str) -> None:
    client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.usefixtures("stored")
def test_inventory_and_its_secrets_come_out_of_aws(reference: str) -> None:
    inventory = load_inventory(config_file=reference)

    (config,) = inventory.registries
    assert isinstance(config.credential, FixedCredentials)
    assert config.credential.credentials.password == SECRET
    assert [token.token for token in inventory.access.tokens] == ["a-token-of-the-tests"]
    assert inventory.is_remote
    assert inventory.path == reference
    assert SECRET not in repr(inventory)


@pytest.mark.usefixtures("client")
def test_inventory_without_references_never_asks_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    path = tmp_path / "inventory.yaml"
    path.write_text("inventory: {nas: {url: 'http://nas'}}\ndocker_config: false\n")

    assert not load_inventory(config_file=str(path)).is_remote


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("ssm:/reglite/none", r"ssm:/reglite/none: AWS refused it \(ParameterNotFound\)"),
        ("secretsmanager:none", r"secretsmanager:none: AWS refused it \(ResourceNotFound"),
        ("s3://configuration/none", r"s3://configuration/none: AWS refused it \(NoSuchKey\)"),
        ("s3://nowhere-at-all/none", r"AWS refused it \(NoSuchBucket\)"),
    ],
)
@pytest.mark.usefixtures("stored")
def test_missing_configuration_is_named_with_what_to_check(reference: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_reference(reference)


@pytest.mark.usefixtures("client")
def test_aws_out_of_reach_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("reglite.credentials.aws.CLIENT_OPTIONS", {"retries": {"max_attempts": 0}})

    with pytest.raises(ConfigurationError, match="AWS can't be asked"):
        read_reference("ssm:/reglite/inventory")


@pytest.mark.usefixtures("stored")
def test_missing_value_is_named_by_its_key_or_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REGLITE_INVENTORY", INVENTORY.replace("/reglite/nas", "/reglite/absent"))

    with pytest.raises(ConfigurationError, match="ssm:/reglite/absent: AWS refused it"):
        load_inventory()


def test_htpasswd_comes_out_of_aws_into_a_file_of_our_own(client: Callable[[str], Any]) -> None:
    line = f"ana:{bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()}"
    put_parameter(client, "/reglite/htpasswd", line)
    put_parameter(client, "/reglite/inventory-2", "access: {htpasswd: 'ssm:/reglite/htpasswd'}")

    first = load_inventory(config_file="ssm:/reglite/inventory-2").access.htpasswd
    second = load_inventory(config_file="ssm:/reglite/inventory-2").access.htpasswd

    assert first is not None
    assert first.read_text() == line
    assert first == second
    assert first.parent.stat().st_mode & 0o077 == 0


def test_inventory_is_read_again_after_its_lifetime_and_a_failure_keeps_the_old_one(
    client: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("REGLITE_CONFIG_FILE", "ssm:/reglite/changing")
    write = "inventory: {{{name}: {{url: 'http://127.0.0.1:1'}}}}\ndocker_config: false\n"

    async def names(source: RuntimeSource) -> list[str]:
        return [config.name for config in (await source.get()).inventory.registries]

    async def live() -> None:
        now = 1000.0
        source = RuntimeSource(None, clock=lambda: now)
        put_parameter(client, "/reglite/changing", write.format(name="one"))
        assert await names(source) == ["one"]
        put_parameter(client, "/reglite/changing", write.format(name="two"))
        now += LIFETIME_SECONDS - 1
        assert await names(source) == ["one"]  # young enough
        kept = source.given
        now += 1
        assert await names(source) == ["two"]
        assert source.given is not kept
        same = source.given
        now += LIFETIME_SECONDS
        assert await names(source) == ["two"]
        assert source.given is same  # unchanged: connections stay
        put_parameter(client, "/reglite/changing", "[broken")
        now += LIFETIME_SECONDS
        with caplog.at_level(logging.ERROR):
            assert await names(source) == ["two"]

    asyncio.run(live())
    assert "the old one goes on" in caplog.text


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.usefixtures("stored")
def test_zip_reads_its_inventory_inside_the_first_invocation(
    packages: dict[str, Package],
    aws: Mapping[str, str],
    tmp_path: Path,
    enter: Callable[..., LambdaProcess],
    reference: str,
) -> None:
    folder = unpack(packages["registries"].path, tmp_path / "task")
    environ = {**aws, "REGLITE_CONFIG_FILE": reference, "REGLITE_INVENTORY": ""}
    process = enter(
        LambdaProcess(
            folder,
            "functions/registries.handler",
            environ,
            scratch=tmp_path / "scratch",
            modules=SDK_MODULES,
        )
    )
    event = read_event("registries")
    event["headers"]["authorization"] = "Bearer a-token-of-the-tests"

    answer = process.invoke(event)

    assert answer["statusCode"] == 200, answer
    (described,) = json.loads(answer["body"])["registries"]
    assert (described["name"], described["auth"]) == ("nas", "basic")
    assert SECRET not in json.dumps(answer) + process.read_log()
