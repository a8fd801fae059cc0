"""Which credential a registry's entry gets, the first that applies.

1. ``username`` with ``password`` or ``password_file``; 2. ``auth``; 3. what Docker's config has for
the same host: ``credHelpers``, ``credsStore``, ``auths``; 4. none. The order within Docker's config
is that of ``reglite.credentials.docker``.
"""

from reglite.config.key_path import KeyPath
from reglite.credentials.docker import find_docker_credential
from reglite.credentials.docker_config import DockerConfig
from reglite.credentials.source import (
    CredentialSource,
    FileCredentials,
    FixedCredentials,
    make_credentials,
    parse_basic_auth,
)
from reglite.errors import ConfigurationError
from reglite.inventory.allowed_keys import RegistrySection


def choose_credential(
    section: RegistrySection, host: str, place: KeyPath, docker: DockerConfig
) -> CredentialSource:
    """Return the credential source of an entry; raises ConfigurationError naming the key path."""
    return _read_credential(section, place) or find_docker_credential(host, docker)


def _read_credential(section: RegistrySection, place: KeyPath) -> CredentialSource | None:
    username = section.username
    if section.password is not None and section.password_file is not None:
        (place / "password_file").fail("stands beside 'password': keep one of the two")
    if section.password is not None or section.password_file is not None:
        if username is None:
            (place / "password").fail("needs a 'username' beside it")
        if not username or ":" in username:
            (place / "username").fail("must not be empty or hold a colon")
        return _read_password(username, section, place)
    if username is not None and section.auth is None:
        (place / "username").fail("needs a 'password' or a 'password_file' beside it")
    if section.auth is None:
        return None
    try:
        return FixedCredentials(parse_basic_auth(section.auth.get_secret_value()))
    except ConfigurationError as exc:
        raise (place / "auth").error(exc.message) from exc


def _read_password(username: str, section: RegistrySection, place: KeyPath) -> CredentialSource:
    if section.password is not None:
        if not section.password:
            (place / "password").fail("is empty: fill it, or the variable that it names")
        return FixedCredentials(make_credentials(username, section.password.get_secret_value()))
    place = place / "password_file"
    source = FileCredentials(username, place.find_file(section.password_file or "", is_secret=True))
    try:
        source.read()
    except ConfigurationError as exc:
        raise place.error(exc.message) from exc
    return source
