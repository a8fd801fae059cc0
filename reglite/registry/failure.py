"""What a registry's refusal means: the one place that makes RegLite's errors of its answers."""

import re
from collections.abc import Iterable, Set

from reglite import errors
from reglite.registry.call import Answer, Call, Operation
from reglite.registry.guard import STORAGE_REMEDY
from reglite.registry.limits import ERROR_BYTES
from reglite.registry.retry import parse_retry_after
from reglite.registry.secrecy import quote

_IMMUTABLE = re.compile(r"immutab", re.IGNORECASE)
_READ_ONLY = re.compile(r"read[ -]?only|maintenance", re.IGNORECASE)
_PULL_THROUGH = re.compile(r"pull[ -]?through|proxy (?:project|cache)|remote repo", re.IGNORECASE)
_MISSING_CONTENT = {"BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN"}


def describe_answer(answer: Answer, secrets: Iterable[str] = (), asked: str = "") -> str:
    """Say in a few words what the registry answered, without anything of the credentials."""
    said = "; ".join(f"{fault.code} {fault.message}".strip() for fault in answer.faults)
    if not said and answer.media_type == "text/plain":
        said = answer.body[:ERROR_BYTES].decode("utf-8", "replace").strip()
    return f"{answer.status} {quote(said, secrets, asked)}" if said else f"{answer.status}"


def translate_answer(
    where: str, call: Call, answer: Answer, *, remedy: str, secrets: Iterable[str] = ()
) -> errors.RegliteError:
    """Return the error that an unexpected answer stands for.

    ``where`` begins its message, ``remedy`` is what mends a refusal, ``secrets`` are kept out.
    """
    said, codes = describe_answer(answer, secrets, call.about), answer.codes
    if (barred := _explain_bar(call, answer)) is not None:
        return errors.Denied(f"{where}: {barred} ({said})")
    if answer.status in {401, 403}:
        return errors.Denied(f"{where}: the registry refuses ({said}): {remedy}")
    if call.operation is Operation.PUT_MANIFEST and codes & _MISSING_CONTENT:
        return errors.BlobUnknown(
            f"{where}: the registry lacks something that the manifest names ({said})"
        )
    if answer.status == 404:
        return _translate_missing(where, call, answer, said)
    if _is_refusal(call, answer.status, codes):
        return errors.Unsupported(f"{where}: {_explain_refusal(call)} ({said})")
    return _translate_trouble(where, answer, said)


def translate_storage(
    where: str, call: Call, answer: Answer, secrets: Iterable[str] = ()
) -> errors.RegliteError:
    """Return the error for an unexpected answer of the storage that the registry sent us to."""
    if answer.status not in {401, 403} and answer.status < 500:
        return translate_answer(where, call, answer, remedy="", secrets=secrets)
    said = describe_answer(answer, secrets, call.about)
    return errors.StorageFailed(
        f"{where}: the registry keeps it at {quote(answer.host, secrets)}, which refuses ({said}): "
        f"try again; if it stays so, look at the registry's storage settings, or {STORAGE_REMEDY}"
    )


def _translate_trouble(where: str, answer: Answer, said: str) -> errors.RegliteError:
    match answer.status:
        case 407:
            return errors.ProxyFailed(
                f"{where}: the proxy on the way refuses ({said}): write its user and password into "
                "the variable that names it, or exclude this host in NO_PROXY"
            )
        case 500 if any(fault.is_damage for fault in answer.faults):
            return errors.ManifestBroken(
                f"{where}: the registry fails at it ({said}): try again; where others can be read, "
                "it is damaged in the registry's storage"
            )
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


def _explain_bar(call: Call, answer: Answer) -> str | None:
    """Say what bars a push or a deletion besides rights, where the registry's words tell it."""
    if not call.is_write or answer.status not in {403, 405, 409, 412}:
        return None
    words = " ".join(f"{fault.code} {fault.message}" for fault in answer.faults)
    if answer.status == 412 or _IMMUTABLE.search(words):
        return (
            "a rule of the registry makes this tag immutable: change the rule there, or leave the "
            "tag alone"
        )
    if _READ_ONLY.search(words):
        return "the registry is read-only for now: try again later, or ask who runs it"
    if _PULL_THROUGH.search(words):
        return "this is a pull-through cache: delete at the registry that it mirrors"
    return None


def _is_refusal(call: Call, status: int, codes: Set[str]) -> bool:
    if status in {405, 501} or "UNSUPPORTED" in codes:
        return True
    # 400 is distribution's "no deletion by tag", some registries' "deletion is disabled", and of a
    # push "this manifest is not accepted"; zot answers 409 while other tags share the digest.
    return call.is_write and status in {400, 409, 413}


def _explain_refusal(call: Call) -> str:
    match call.operation:
        case Operation.DELETE_MANIFEST:
            return (
                "the registry does not delete this: deletion is disabled there, it is read-only, a "
                "pull-through cache, or this is in use"
            )
        case Operation.DELETE_TAG:
            return "the registry does not delete tags alone"
        case Operation.PUT_MANIFEST:
            return (
                "the registry does not accept this manifest: it may be read-only for now, or a "
                "pull-through cache, which takes no pushes"
            )
        case Operation.CATALOG:
            return "the registry has no catalog: name repositories in the inventory"
        case _:
            return "the registry does not support this"


def _translate_missing(
    where: str, call: Call, answer: Answer, said: str
) -> errors.NotFound | errors.Unsupported | errors.RegistryProtocol:
    if call.operation is Operation.CATALOG:
        return errors.Unsupported(f"{where}: {_explain_refusal(call)} ({said})")
    if call.operation is Operation.PING:
        return errors.RegistryProtocol(
            f"{where}: no registry API there ({said}): check the url, its path prefix and port"
        )
    if call.operation is Operation.TAGS or "NAME_UNKNOWN" in answer.codes:
        return errors.NameUnknown(
            f"{where}: the registry does not know the repository ({said}): check its name, or "
            "push to it first"
        )
    if call.operation is Operation.BLOB:
        return errors.BlobUnknown(
            f"{where}: the registry does not have it ({said}): garbage collection may have cleared "
            "it away; push the image again"
        )
    named = call.path.rpartition("/")[2]
    if any(fault.revision not in {None, named} for fault in answer.faults):
        return errors.ManifestDangles(
            f"{where}: the tag names a manifest that is gone ({said}): remove the tag, or push it "
            "anew"
        )
    return errors.ManifestUnknown(
        f"{where}: the registry does not have it ({said}): it may have been deleted or pushed "
        "anew; look at the list of tags"
    )
