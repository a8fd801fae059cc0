import pytest

from reglite.registry.garbage_collection import describe_garbage_collection

SERVERS = ("distribution", "gitlab", "harbor", "zot", "quay", "olareg", "ecr", "nexus")


@pytest.mark.parametrize("server", SERVERS)
def test_every_advice_speaks_of_garbage_collection_and_never_of_untagged_manifests(
    server: str,
) -> None:
    advice = describe_garbage_collection(server) or ""
    assert "garbage collection" in advice
    assert "delete-untagged" not in advice


@pytest.mark.parametrize("server", [None, "", "unheard-of", "reglite-demo"])
def test_an_unknown_server_gets_no_advice(server: str | None) -> None:
    assert describe_garbage_collection(server) is None


def test_distribution_has_its_command() -> None:
    advice = describe_garbage_collection("distribution") or ""
    assert "`registry garbage-collect /etc/docker/registry/config.yml`" in advice
