"""Which server a registry is, as far as the headers of ``/v2/`` tell. Pure."""

from collections.abc import Mapping

from reglite.errors import RegistryProtocol
from reglite.registry.call import Answer
from reglite.registry.challenge import Challenge, format_challenge
from reglite.registry.models import Ping

_MARKS = (  # header, a part of its value in lower case, name; the first that fits counts
    ("gitlab-container-registry-version", "", "gitlab"),
    ("x-harbor-csrf-token", "", "harbor"),
    ("set-cookie", "harbor", "harbor"),
    ("www-authenticate", "harbor-registry", "harbor"),
    ("www-authenticate", "/jwt/auth", "gitlab"),
    ("www-authenticate", "quay", "quay"),
    ("www-authenticate", "ghcr.io", "ghcr"),
    ("www-authenticate", "auth.docker.io", "docker-hub"),
    ("www-authenticate", "amazonaws.com", "ecr"),
    ("www-authenticate", "zot", "zot"),
    ("server", "zot", "zot"),
    ("server", "quay", "quay"),
    ("server", "harbor", "harbor"),
    ("server", "nexus", "nexus"),
    ("server", "artifactory", "artifactory"),
    ("x-artifactory-id", "", "artifactory"),
    ("x-jfrog-version", "", "artifactory"),
    ("server", "olareg", "olareg"),
    ("server", "reglite", "reglite-demo"),
)


def recognise_server(headers: Mapping[str, str], challenge: Challenge | None) -> str | None:
    """Return the server's name, such as "harbor"; "distribution" for what looks like the original.

    ``headers`` have lower-case names; ``challenge`` is what it answered before it was shown any
    credentials.
    """
    seen = {name: value.lower() for name, value in headers.items()}
    if challenge is not None:
        seen["www-authenticate"] = format_challenge(challenge).lower()
    for name, part, server in _MARKS:
        if name in seen and part in seen[name]:
            return server
    return "distribution" if "docker-distribution-api-version" in seen else None


def read_ping(registry: str, answer: Answer, challenge: Challenge | None) -> Ping:
    """Return what a 200 of ``/v2/`` tells; raises RegistryProtocol for a web page."""
    if answer.media_type == "text/html" and "docker-distribution-api-version" not in answer.headers:
        raise RegistryProtocol(
            f"registry '{registry}': its url leads to a web page, not to a registry: check host, "
            "port and path prefix"
        )
    return Ping(
        latency_ms=answer.seconds * 1000,
        has_challenged=challenge is not None,
        server=recognise_server(answer.headers, challenge),
        is_http=answer.url.startswith("http://"),
    )
