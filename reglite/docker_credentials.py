"""What Docker's config has for one host: ``credHelpers``, then ``credsStore``, then ``auths``."""

from reglite.credentials import Anonymous, CredentialSource, FixedCredentials
from reglite.docker_config import DockerConfig


def find_docker_credential(host: str, docker: DockerConfig) -> CredentialSource:
    """Return the credential source of a host, ``name[:port]``; Anonymous where there is none."""
    credentials = docker.auths.get(host)
    if credentials is None:
        return Anonymous()
    return FixedCredentials(credentials, label="docker-config")
