"""The catalog and the tag list, paged in every way that registries page."""

import base64
import hashlib
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from reglite.demo.exchange import Answer, Request, answer_json, refuse
from reglite.demo.store import Store
from reglite.demo.switches import Switches
from reglite.reference import Repository

_HARBOR_PAGES = (("page", "1"), ("page_size", "10"))

_shuffle = random.Random(20).shuffle  # noqa: S311 - order, not a secret


def list_catalog(request: Request, names: list[str], switches: Switches) -> Answer:
    """Answer ``GET /v2/_catalog`` with some of these names."""
    if not switches.has_catalog:
        return Answer(switches.catalog_status)
    if switches.is_catalog_for_admins:
        return answer_json({"repositories": []})
    n = _read_n(request)
    if n is not None and switches.max_n is not None and n > switches.max_n:
        return refuse(
            400,
            "PAGINATION_NUMBER_INVALID",
            "invalid number of results requested",
            {"n": n},
        )
    n = switches.page_size if n is None else n
    if switches.order == "random":  # go-containerregistry: no order, no last, no Link
        _shuffle(names)
        return answer_json({"repositories": names[:n]})
    key = _split if switches.order == "component" else _keep_whole
    page, headers = _cut(request, sorted(names, key=key), key, n, switches)
    return answer_json({"repositories": page}, headers=headers)


def list_as_harbor(request: Request, names: list[str]) -> Answer:
    """Answer Harbor's ``GET /api/v2.0/repositories``."""
    page, size = (int(request.get_query(name) or fallback) for name, fallback in _HARBOR_PAGES)
    shown = sorted(names)[(page - 1) * size : page * size]
    headers = {"X-Total-Count": str(len(names))}
    return answer_json([{"name": name, "artifact_count": 1} for name in shown], headers=headers)


def list_tags(request: Request, repository: Repository, store: Store, switches: Switches) -> Answer:
    """Answer ``GET /v2/<name>/tags/list``."""
    held = store.get(repository)
    if held is None or not held.was_tagged:
        return _refuse_unknown(repository)
    if not held.tags and switches.emptied_tags != "empty":
        if switches.emptied_tags == "unknown":
            return _refuse_unknown(repository)
        return answer_json({"name": repository, "tags": None})
    tags: list[str] = [*held.tags, *(held.gone - held.tags.keys())]
    if not switches.has_lagging_lists:
        tags = list(held.tags)
    if not switches.has_tag_pages:
        return answer_json({"name": repository, "tags": sorted(tags, key=_scatter)})
    n = _read_n(request)
    if n is None or (switches.max_tags_n is not None and n > switches.max_tags_n):
        n = len(tags) if n is None and switches.max_tags_n is None else switches.max_tags_n
    page, headers = _cut(request, sorted(tags), _keep_whole, n or 0, switches)
    return answer_json({"name": repository, "tags": page}, headers=headers)


def _refuse_unknown(repository: Repository) -> Answer:
    message = "repository name not known to registry"
    return refuse(404, "NAME_UNKNOWN", message, {"name": repository})


def _read_n(request: Request) -> int | None:
    """Return n, or None for what distribution takes as its default: absent, negative, no number."""
    text = request.get_query("n") or ""
    return int(text) if text.isascii() and text.isdigit() else None


def _split(name: str) -> list[str]:
    return name.split("/")


def _keep_whole(name: str) -> list[str]:
    return [name]


def _scatter(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _cut(
    request: Request,
    names: Sequence[str],
    key: Callable[[str], list[str]],
    n: int,
    switches: Switches,
) -> tuple[list[str], dict[str, str]]:
    last = _read_last(request, switches)
    rest = names[bisect_right(names, key(last), key=key) :] if last else names
    size = n if switches.short_page_size is None else min(n, switches.short_page_size)
    page = list(rest[:size])
    has_more = len(rest) > len(page) or (switches.links_exact_fit and len(page) == n)
    if not page or not has_more or switches.link_style == "none":
        return page, {}
    return page, {"Link": _format_link(request, page[-1], last, n, switches)}


def _read_last(request: Request, switches: Switches) -> str:
    if switches.link_style != "opaque":
        return request.get_query("last") or ""
    token = request.get_query("next_page") or ""
    return base64.urlsafe_b64decode(token).decode()


def _format_link(request: Request, end: str, last: str, n: int, switches: Switches) -> str:
    style = switches.link_style
    if style == "opaque":
        query = {"next_page": base64.urlsafe_b64encode(end.encode()).decode(), "n": n}
    else:
        query = {"last": last if style == "loop" else end, "n": n}
    target = f"{switches.prefix}{request.path}?{urlencode(query)}"
    if style == "foreign":
        target = f"http://elsewhere.internal:8081{target}"
    elif style == "absolute":
        target = f"{request.origin}{target}"
    return f"<{target}>; rel=next" if style == "unquoted" else f'<{target}>; rel="next"'
