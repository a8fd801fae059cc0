"""Switches as real registries have them; each line was observed or stands in their trackers."""

from reglite.demo.switches import ALL_ACTIONS, Switches

_NO_CATALOG = ALL_ACTIONS - {"*"}  # no token opens the catalog: 401 insufficient_scope
_TWO = {"Docker-Distribution-Api-Version": "registry/2.0"}


def distribution_2_8() -> Switches:
    """CNCF distribution 2.8 (Debian's docker-registry) with deletion enabled."""
    return Switches(
        max_n=1000,
        has_tag_pages=False,
        emptied_tags="null",
        is_accept_strict=True,
        untag="400",
        has_referrers=False,
    )


def distribution_3() -> Switches:
    """CNCF distribution 3 with deletion enabled."""
    return Switches(max_n=1000, max_tags_n=1000, links_exact_fit=True, has_referrers=False)


def zot() -> Switches:
    """Project zot: a shared digest and the child of an index are kept."""
    return Switches(
        order="bytewise",
        is_shared_digest_kept=True,
        is_child_kept=True,
        server_headers={**_TWO},
    )


def olareg() -> Switches:
    """Olareg: no catalog, Link without quotes, referrers with filters."""
    return Switches(
        has_catalog=False, link_style="unquoted", checks_references=False, server_headers={}
    )


def harbor() -> Switches:
    """Harbor: bearer tokens, no deletion by tag, referrers."""
    return Switches(auth="bearer", service="harbor-registry", untag="405", token_field="both")  # noqa: S106


def docker_hub() -> Switches:
    """Docker Hub: anonymous pull tokens, no catalog, no deletion, pulls are counted."""
    return Switches(
        auth="bearer",
        service="registry.docker.io",
        token_field="both",  # noqa: S106
        is_pull_anonymous=True,
        granted_actions=_NO_CATALOG,
        delete="405",
        untag="405",
        has_referrers=False,
        server_headers={
            **_TWO,
            "ratelimit-limit": "100;w=21600",
            "ratelimit-remaining": "76;w=21600",
        },
    )


def ghcr() -> Switches:
    """GitHub's container registry: no catalog, no deletion over /v2/."""
    return Switches(
        auth="bearer",
        service="ghcr.io",
        is_pull_anonymous=True,
        has_catalog=False,
        delete="405",
        untag="405",
        referrers_redirect="https://pages.invalid/packages",
    )


def gitlab() -> Switches:
    """GitLab's registry: no catalog to its users, tags can be deleted."""
    return Switches(auth="bearer", service="container_registry", granted_actions=_NO_CATALOG)


def quay() -> Switches:
    """Quay: opaque pages, tags of an emptied repository are 404."""
    return Switches(
        auth="bearer",
        service="quay.io",
        link_style="opaque",
        emptied_tags="unknown",
        order="bytewise",
    )


def ecr() -> Switches:
    """Amazon ECR: basic with a short-lived password, absolute Links, no referrers filter."""
    return Switches(
        auth="basic",
        username="AWS",
        link_style="absolute",
        applies_referrers_filter=False,
        emptied_tags="empty",
    )
