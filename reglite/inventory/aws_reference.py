"""Configuration that lies in AWS: Parameter Store, Secrets Manager and S3, named by a reference.

``ssm:/reglite/inventory``, ``secretsmanager:reglite/token`` and ``s3://bucket/key``. botocore finds
the credentials and the region; on Lambda both are the function's own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reglite.errors import ConfigurationError, Denied, RegliteError

_MAX_BYTES: Final = 1024 * 1024
_SCHEMES: Final = ("ssm:", "secretsmanager:", "s3://")


def is_reference(text: str) -> bool:
    """Tell a reference from a path or a variable's name."""
    return text.startswith(_SCHEMES)


def read_reference(reference: str) -> str:
    """Return the text that a reference names; raises ConfigurationError with the fix.

    Blocks: call it in a thread. On Lambda it works inside an invocation only.
    """
    from reglite.credentials.aws import CLIENT_OPTIONS, import_botocore  # noqa: PLC0415 - cold start

    try:
        session = import_botocore("botocore.session")
        exceptions = import_botocore("botocore.exceptions")
        config = import_botocore("botocore.config").Config(**CLIENT_OPTIONS)
    except Denied as exc:
        raise ConfigurationError(
            f"{reference}: needs botocore: pip install 'reglite[aws]'"
        ) from exc
    service = reference.partition(":")[0]
    try:
        client = session.get_session().create_client(service, config=config)
        return _READERS[service](client, reference.partition(":")[2].removeprefix("//"))
    except exceptions.ClientError as exc:
        code = str(exc.response.get("Error", {}).get("Code", "unknown"))
        error: RegliteError = ConfigurationError(
            f"{reference}: AWS refused it ({code}): check the name, the region, and that the role "
            f"allows {_ACTIONS[service]}"
        )
    except exceptions.BotoCoreError as exc:
        error = ConfigurationError(
            f"{reference}: AWS can't be asked ({type(exc).__name__}): check the credentials, the "
            "region (AWS_REGION) and the network"
        )
    except (KeyError, UnicodeDecodeError, ValueError):
        error = ConfigurationError(f"{reference}: must be UTF-8 text of at most 1 MiB")
    # Without the chain: what AWS answered may be the secret.
    raise error


def _read_parameter(client: Any, name: str) -> str:
    answer = client.get_parameter(Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def _read_secret(client: Any, name: str) -> str:
    return str(client.get_secret_value(SecretId=name)["SecretString"])


def _read_object(client: Any, path: str) -> str:
    bucket, _, key = path.partition("/")
    raw: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise ValueError(len(raw))
    return raw.decode("utf-8-sig")


_READERS: Final = {"ssm": _read_parameter, "secretsmanager": _read_secret, "s3": _read_object}
_ACTIONS: Final = {
    "ssm": "ssm:GetParameter",
    "secretsmanager": "secretsmanager:GetSecretValue",
    "s3": "s3:GetObject",
}


class ReferencingEnviron(Mapping[str, str]):
    """The environment, in which ``ssm:NAME`` and ``secretsmanager:NAME`` are variables, too.

    Each is read once. ``was_asked`` tells whether any was.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._read: dict[str, str] = {}

    @property
    def was_asked(self) -> bool:
        """Tell whether a value came out of AWS."""
        return bool(self._read)

    def __getitem__(self, name: str) -> str:
        if not is_reference(name):
            return self._environ[name]
        if name not in self._read:
            self._read[name] = read_reference(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)
