"""Every behaviour of real registries that the in-memory one can show, as one set of switches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Authentication = Literal["none", "basic", "bearer"]
TokenField = Literal["token", "access_token", "both"]
LinkStyle = Literal["relative", "absolute", "unquoted", "opaque", "foreign", "loop", "none"]
Order = Literal["component", "bytewise", "random"]
ErrorStyle = Literal["object", "string", "none", "plain", "empty", "mislabelled", "html"]

ALL_ACTIONS = frozenset({"pull", "push", "delete", "*"})


@dataclass(slots=True)
class Switches:
    """What the in-memory registry does; change a field at any time, also between two requests.

    The defaults are a plain registry that keeps to the distribution spec, with deletion by digest
    and by tag, the referrers API and no authentication. ``presets`` has those of real servers.
    """

    # Who may do what. ``identity_token`` is what a refresh-token exchange accepts.
    auth: Authentication = "none"
    username: str = "demo"
    password: str = field(default="demo", repr=False)
    identity_token: str | None = field(default=None, repr=False)
    denied_actions: frozenset[str] = frozenset()  # answered 403 DENIED: pull, push, delete, *

    # zot, Artifactory, Nexus: ``auth="basic"`` that answers strangers and shows them these alone.
    stranger_repositories: frozenset[str] | None = None
    is_asking_politely: bool = False  # a WWW-Authenticate at the 200 of the ping, too
    has_challenge: bool = True  # without: refusals of ``auth="basic"`` name no way to sign in

    # The embedded token server of ``auth="bearer"``; ``realm`` None names its own /token.
    realm: str | None = None
    service: str | None = "memory-registry"
    challenge_has_scope: bool = True
    token_field: TokenField = "token"  # noqa: S105 - the name of a JSON field
    token_seconds: float = 300.0  # how long a token really works
    token_has_expires_in: bool = True
    token_post_status: int = 200  # 404 or 405: no POST for refresh tokens
    granted_actions: frozenset[str] = ALL_ACTIONS  # the most that any token carries
    is_pull_anonymous: bool = False  # anonymous tokens for pull

    # Lists. ``max_n`` is answered 400 for the catalog, ``max_tags_n`` clamps.
    has_catalog: bool = True  # without one: 404 with an empty body
    catalog_status: int = 404
    is_catalog_for_admins: bool = False  # Harbor, Nexus: empty for everybody else
    has_harbor_list: bool = False  # GET /api/v2.0/repositories
    page_size: int = 100
    max_n: int | None = None
    max_tags_n: int | None = None
    has_tag_pages: bool = True  # without them n and last are ignored and nothing is sorted
    short_page_size: int | None = None  # pages never hold more, whatever n says
    link_style: LinkStyle = "relative"  # "foreign": behind a proxy; "none": cut at n (old Nexus)
    links_exact_fit: bool = False  # a full last page links to an empty one
    order: Order = "component"
    emptied_tags: Literal["null", "empty", "unknown"] = "empty"

    # Manifests and blobs.
    is_accept_strict: bool = False  # as distribution 2.8: refuse, convert, resolve to amd64
    sends_content_digest: bool = True
    manifest_content_type: str | None = None  # what every manifest is labelled, true or not
    head_status: int | None = None  # HEAD of a manifest is answered with this
    checks_references: bool = True  # a manifest with a missing blob or child is 400
    accepts_empty_index: bool = True
    blob_redirect: str | None = None  # origin of the object storage: 307 to <origin>/storage/...

    # Deletion. ``delete``: "plain-404" is a server that has no such route.
    delete: Literal["enabled", "405", "400", "plain-404"] = "enabled"
    untag: Literal["enabled", "400", "405", "plain-404"] = "enabled"
    is_shared_digest_kept: bool = False  # zot: 409 while several tags share the digest
    is_child_kept: bool = False  # zot: 405 while an index names the manifest
    is_tagged_kept: bool = False  # Artifact Registry: 400 while any tag is on the digest

    keeps_tags: bool = False  # old Nexus: a digest goes, its tags go on pulling it
    has_lagging_lists: bool = False  # Quay, caching proxies: tags are listed after they went
    damaged_tags: frozenset[str] = frozenset()  # 2.8 with empty or garbled link files

    forgets_pushes: bool = False  # 2.8 after a collection under it: pushes are taken, then unknown

    # Why pushes and deletions are refused: Harbor's rule, Quay's mode, a mirror.
    bar: Literal["immutable", "read-only", "pull-through"] | None = None

    half_deletions: int = 0  # 2.8 under pushes: 500, manifest gone, its tags still listed

    # Referrers.
    has_referrers: bool = True
    applies_referrers_filter: bool = True  # filters by artifactType and says so
    referrers_redirect: str | None = None  # GHCR: 303 to a web page instead of an API

    # Errors and limits. The counters run down, one per request.
    error_style: ErrorStyle = "object"
    rate_limited_requests: int = 0
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    retry_after_seconds: int = 1
    failing_manifest_reads: int = 0
    latency_seconds: Mapping[str, float] = field(default_factory=dict)  # path pattern → delay
    server_headers: Mapping[str, str] = field(
        default_factory=lambda: {"Docker-Distribution-Api-Version": "registry/2.0"}
    )
    prefix: str = ""  # the path under which /v2/ lives
