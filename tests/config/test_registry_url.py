"""Base URLs and hosts of registries."""

import pytest

from reglite.config.registry_url import (
    is_loopback,
    parse_api_url,
    parse_docker_server,
    parse_registry_url,
)
from reglite.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("http://localhost:5000", "http://localhost:5000", "localhost:5000"),
        ("https://Registry.Example.COM/", "https://registry.example.com", "registry.example.com"),
        ("https://a:443/x/", "https://a/x", "a"),
        ("http://a:80", "http://a", "a"),
        ("http://a:443", "http://a:443", "a:443"),
        ("https://a/v2/", "https://a", "a"),
        ("HTTP://a//", "http://a", "a"),
        ("http://[::1]:5000", "http://[::1]:5000", "[::1]:5000"),
        ("http://[0:0::1]:5000", "http://[::1]:5000", "[::1]:5000"),
        ("https://index.docker.io", "https://registry-1.docker.io", "registry-1.docker.io"),
        ("https://index.docker.io/v1/", "https://registry-1.docker.io", "registry-1.docker.io"),
        ("http://my_registry:5000", "http://my_registry:5000", "my_registry:5000"),
    ],
)
def test_urls_are_normalised(text: str, url: str, host: str) -> None:
    parsed = parse_registry_url(text)
    assert (parsed.url, parsed.host) == (url, host)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://API.example.com/", "https://api.example.com"),
        ("https://a.example/prod/v2/", "https://a.example/prod/v2"),
        ("https://a.example/reglite/api/v1/", "https://a.example/reglite"),
    ],
)
def test_the_url_of_an_api_keeps_a_path_that_only_a_registry_would_lose(
    text: str, url: str
) -> None:
    assert parse_api_url(text) == url


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must begin with"),
        ("//a", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("http://", "names no host"),
        ("http://:5000", "names no host"),
        ("http://u:p@a", "credentials"),
        ("http://u@a", "credentials"),
        ("http://a#f", "fragment"),
        ("http://a?", "query"),
        ("http://a\r\nHost: b", "control characters"),
        ("http://a:0x50", "port"),
        ("http://a:65536", "port"),
        ("http://a/b%2e", "odd path"),
        ("http://a/./b", "odd path"),
        ("http://ä.example", "odd host"),
        ("http://[::1", "is not a URL"),
        ("http://[::1];id:5000", "odd host"),
        ("http://[fe80::1%;id]:5000", "odd host"),
    ],
)
def test_bad_urls_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        parse_registry_url(text)
    with pytest.raises(ConfigurationError, match=problem):
        parse_api_url(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("registry.example.com", "registry.example.com"),
        ("registry.example.com:5000", "registry.example.com:5000"),
        ("https://registry.example.com/v1/", "registry.example.com"),
        ("https://registry.example.com/v2", "registry.example.com"),
        ("http://localhost:5000", "localhost:5000"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
        ("docker.io", "registry-1.docker.io"),
    ],
)
def test_keys_of_dockers_config_name_hosts(text: str, host: str) -> None:
    assert parse_docker_server(text).host == host


@pytest.mark.parametrize(
    "text",
    [
        "https://index.docker.io/v1//refresh-token",
        "https://index.docker.io/v1/refresh-token",
        "https://index.docker.io/v1/access-token",
        "docker-hub-token refresh",
        "",
        "user@host",
    ],
)
def test_keys_that_are_no_hosts_are_told_apart(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_docker_server(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", "yes"),
        ("localhost:5000", "yes"),
        ("registry.localhost:5000", "yes"),
        ("127.0.0.1:5000", "yes"),
        ("127.9.9.9", "yes"),
        ("[::1]:5000", "yes"),
        ("localhost.example.com", "no"),
        ("127.0.0.1.example.com", "no"),
        ("10.0.0.1:5000", "no"),
        ("registry.example.com", "no"),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: str) -> None:
    assert is_loopback(host) is (expected == "yes")
