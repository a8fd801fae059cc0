"""What a registry's refusal means: one place that turns statuses and bodies into RegLite's errors.

Bodies are ``{"errors": [{code, message, detail}]}`` with ``detail`` an object, a string or absent,
or plain text, or HTML, or nothing; the Content-Type may lie.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from reglite import errors
from reglite.reference import shorten
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.limits import ERROR_BYTES
from reglite.registry.retry import parse_retry_after

_MISSING_CONTENT = {"BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN"}
_TELLING_LENGTH = 12  # of a secret in a message


@dataclass(frozen=True, slots=True)
class RegistryFault:
    """One entry of the spec's error list; ``message`` is hostile text."""

    code: str
    message: str


def parse_faults(body: bytes) -> tuple[RegistryFault, ...]:
    """Read the error list of any body; one that has none gives an empty tuple."""
    try:
        document = json.loads(body[:ERROR_BYTES])
    except (ValueError, RecursionError):
        return ()
    entries = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return ()
    return tuple(_read_fault(entry) for entry in entries if isinstance(entry, dict))


def _read_fault(entry: dict[str, Any]) -> RegistryFault:
    code, message, detail = entry.get("code"), entry.get("message"), entry.get("detail")
    texts = [text for text in (message, detail) if isinstance(text, str) and text]
    return RegistryFault(code if isinstance(code, str) else "", ": ".join(dict.fromkeys(texts)))


def describe_answer(answer: Answer, secrets: Iterable[str] = ()) -> str:
    """Say in a few words what the registry answered, without anything of the credentials."""
    said = "; ".join(f"{fault.code} {fault.message}".strip() for fault in parse_faults(answer.body))
    if not said and answer.media_type == "text/plain":
        said = answer.body[:ERROR_BYTES].decode("utf-8", "replace").strip()
    if not said or any(secret in said for secret in secrets):
        return f"{answer.status}"
    return f"{answer.status} {shorten(said)}"


@contextmanager
def concealing(where: str, get_secrets: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Keep out of the errors of this block what a registry repeats of our own requests.

    A message may be shortened, so the beginning of a secret counts; a short secret could be any
    word, and a registry has no use for it that it did not have before.
    """
    try:
        yield
    except errors.RegliteError as exc:
        telling = (secret[:_TELLING_LENGTH] for secret in get_secrets())
        if any(len(part) == _TELLING_LENGTH and part in exc.message for part in telling):
            exc.message = f"{where}: what the registry answered repeats a secret: it is not shown"
            exc.args = (exc.message,)
        raise


def translate_answer(
    where: str, call: Call, answer: Answer, *, remedy: str, secrets: Iterable[str] = ()
) -> errors.RegliteError:
    """Return the error that an unexpected answer stands for.

    ``where`` begins its message, ``remedy`` is what mends a refusal, ``secrets`` are kept out.
    """
    said = describe_answer(answer, secrets)
    codes = {fault.code for fault in parse_faults(answer.body)}
    if answer.status in {401, 403}:
        return errors.Denied(f"{where}: the registry refuses ({said}): {remedy}")
    if call.operation is Operation.PUT_MANIFEST and codes & _MISSING_CONTENT:
        return errors.BlobUnknown(
            f"{where}: the registry lacks something that the manifest names ({said})"
        )
    if answer.status == 404:
        return _translate_missing(where, call, codes, said)
    if _is_refusal(call, answer.status, codes):
        return errors.Unsupported(f"{where}: {_explain_refusal(call)} ({said})")
    return _translate_trouble(where, answer, said)


def _translate_trouble(where: str, answer: Answer, said: str) -> errors.RegliteError:
    match answer.status:
        case 429:
            return errors.TooManyRequests(
                f"{where}: the registry limits requests ({said}): wait and try again",
                retry_after_seconds=parse_retry_after(answer.headers.get("retry-after")),
            )
        case 502 | 503:
            return errors.RegistryUnreachable(
                f"{where}: the registry is not available ({said}): try again later"
            )
        case 504:
            return errors.RegistryTimeout(f"{where}: the registry's gateway timed out ({said})")
        case _:
            return errors.RegistryProtocol(f"{where}: unexpected answer ({said})")


def _is_refusal(call: Call, status: int, codes: set[str]) -> bool:
    if status in {405, 501} or "UNSUPPORTED" in codes:
        return True
    # 400 is distribution's "no deletion by tag", some registries' "deletion is disabled", and of a
    # push "this manifest is not accepted"; zot answers 409 while other tags share the digest.
    return call.is_write and status in {400, 409, 413}


def _explain_refusal(call: Call) -> str:
    match call.operation:
        case Operation.DELETE_MANIFEST:
            return "the registry does not delete this: deletion is disabled there, or it is in use"
        case Operation.DELETE_TAG:
            return "the registry does not delete tags alone"
        case Operation.PUT_MANIFEST:
            return "the registry does not accept this manifest"
        case Operation.CATALOG:
            return "the registry has no catalog: name repositories in the inventory"
        case _:
            return "the registry does not support this"


def _translate_missing(
    where: str, call: Call, codes: set[str], said: str
) -> errors.NotFound | errors.Unsupported | errors.RegistryProtocol:
    if call.operation is Operation.CATALOG:
        return errors.Unsupported(f"{where}: {_explain_refusal(call)} ({said})")
    if call.operation is Operation.PING:
        return errors.RegistryProtocol(
            f"{where}: no registry API there ({said}): check the url, its path prefix and port"
        )
    if call.operation is Operation.TAGS or "NAME_UNKNOWN" in codes:
        return errors.NameUnknown(
            f"{where}: the registry does not know the repository ({said}): check its name, or "
            "push to it first"
        )
    if call.operation is Operation.BLOB:
        return errors.BlobUnknown(
            f"{where}: the registry does not have it ({said}): garbage collection may have cleared "
            "it away; push the image again"
        )
    return errors.ManifestUnknown(
        f"{where}: the registry does not have it ({said}): it may have been deleted or pushed "
        "anew; look at the list of tags"
    )
