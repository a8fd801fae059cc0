"""Proxy variables, read as Go reads them."""

import importlib.util

import pytest

from reglite.config.proxy import ProxySettings
from reglite.errors import ProxyFailed

PROXY = "http://proxy.corp:3128"


def find(url: str, **environ: str) -> str | None:
    proxy = ProxySettings(environ).find(url)
    return proxy.url if proxy else None


@pytest.mark.parametrize(
    ("environ", "http", "https"),
    [
        ({}, None, None),
        ({"HTTP_PROXY": PROXY}, PROXY, None),
        ({"https_proxy": PROXY}, None, PROXY),
        ({"HTTP_PROXY": PROXY, "http_proxy": "http://other"}, PROXY, None),
        ({"HTTP_PROXY": "", "http_proxy": PROXY}, PROXY, None),
        ({"all_proxy": PROXY}, PROXY, PROXY),
        ({"ALL_PROXY": "http://other", "HTTPS_PROXY": PROXY}, "http://other", PROXY),
        ({"HTTPS_PROXY": "proxy.corp:3128"}, None, PROXY),
        ({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, None, None),
        ({"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, PROXY, None),
    ],
)
def test_proxy_is_that_of_the_scheme(
    environ: dict[str, str], http: str | None, https: str | None
) -> None:
    assert find("http://registry.corp/v2/", **environ) == http
    assert find("https://registry.corp/v2/", **environ) == https


@pytest.mark.parametrize(
    ("excluded", "url", "is_direct"),
    [
        ("*", "https://registry.corp", True),
        ("corp", "https://registry.corp", True),
        ("registry.corp", "https://registry.corp", True),
        ("REGISTRY.Corp", "https://registry.corp", True),
        ("registry.corp", "https://registry.corp.", True),
        ("registry.corp", "https://myregistry.corp", False),
        ("registry.corp", "https://a.registry.corp", True),
        (".corp", "https://registry.corp", True),
        (".registry.corp", "https://registry.corp", False),
        ("*.corp", "https://registry.corp", True),
        ("*.registry.corp", "https://registry.corp", False),
        ("registry.corp:5000", "https://registry.corp:5000", True),
        ("registry.corp:5000", "https://registry.corp", False),
        ("registry.corp:443", "https://registry.corp", True),
        ("other, registry.corp", "https://registry.corp", True),
        ("other registry.corp", "https://registry.corp", True),
        (" , ,", "https://registry.corp", False),
        ("10.0.0.0/8", "https://10.20.30.40:5000", True),
        ("10.0.0.0/8", "https://11.0.0.1", False),
        ("10.1.2.3/8", "https://10.200.0.1", True),
        ("10.0.0.0/8", "https://registry.corp", False),
        ("10.0.0.0/99", "https://10.0.0.1", False),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.1.2.3", "https://110.1.2.3", False),
        ("10.1.2.3:5000", "https://10.1.2.3:5000", True),
        ("10.1.2.3:5000", "https://10.1.2.3:5001", False),
        ("fd00::/8", "https://[fd00::1]:5000", True),
        ("fd00::/8", "https://[fe00::1]", False),
        ("[fd00::1]", "https://[fd00::1]", True),
        ("fd00::1", "https://[fd00:0::1]:5000", True),
        ("[fd00::1]:5000", "https://[fd00::1]:5000", True),
        ("[fd00::1]:5000", "https://[fd00::1]", False),
        ("::ffff:10.1.2.3", "https://10.1.2.3", True),
    ],
)
def test_what_no_proxy_excludes_is_asked_directly(excluded: str, url: str, is_direct: bool) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        found = find(url, HTTPS_PROXY=PROXY, **{name: excluded})
        assert (found is None) is is_direct


@pytest.mark.parametrize(
    "url", ["http://localhost:5000", "http://127.8.0.1", "http://[::1]:5000", "http://a.localhost"]
)
def test_nobodys_proxy_reaches_this_machine(url: str) -> None:
    assert find(url, HTTP_PROXY=PROXY, ALL_PROXY="socks://127.0.0.1:1") is None


@pytest.mark.parametrize(
    "value",
    [
        "socks://127.0.0.1:1080",
        "ftp://proxy",
        "http://",
        "http://[::1",
        "http://p:x",
        "://",
        "a b://",
    ],
)
@pytest.mark.parametrize("variable", ["all_proxy", "HTTPS_PROXY"])
def test_proxy_of_no_use_is_told_where_it_concerns_somebody(variable: str, value: str) -> None:
    settings = ProxySettings({variable: value, "NO_PROXY": "10.0.0.0/8"})
    assert settings.find("https://10.1.2.3") is None
    assert settings.find("https://localhost") is None
    with pytest.raises(ProxyFailed, match=f"the proxy in {variable} can't be used"):
        settings.find("https://registry.corp")


def test_login_of_a_proxy_is_never_shown() -> None:
    login = "http://ana:s3cret@proxy.corp:3128"
    proxy = ProxySettings({"HTTPS_PROXY": login}).find("https://registry.corp")
    assert proxy is not None
    assert proxy.url == login
    assert "s3cret" not in f"{proxy} {proxy!r} {proxy.shown}"
    with pytest.raises(ProxyFailed) as caught:
        find("https://registry.corp", HTTPS_PROXY="ftp://ana:s3cret@proxy.corp")
    assert "s3cret" not in caught.value.message


def test_socks_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ProxyFailed, match="pip install socksio"):
        find("https://registry.corp", ALL_PROXY="socks5://proxy.corp:1080")
