"""Who × what × where, through uvicorn and through every Lambda handler."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bcrypt
import httpx
import pytest

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.runtime import Runtime
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.load import load_inventory
from reglite.server.front import Front
from tests.functions.conftest import LoadFunction, read_event
from tests.functions.content import REGISTRY, REPOSITORY, TAG, fill
from tests.support.serving import serve_app

PASSWORD = "correct horse battery staple"
READER, CLEANER = "r" * 24, "c" * 24
OPEN = ("health", "session")
READS = (
    "registries", "status", "repositories", "tags", "summaries", "manifest", "manifests",
    "referrers", "blobs", "deletion_plan", "manifest_tags",
)  # fmt: skip
CHANGES = ("delete_manifest", "untag", "restore")

Headers = dict[str, str]


def bearer(token: str) -> Headers:
    return {"authorization": f"Bearer {token}"}


def basic(user: str, password: str = PASSWORD) -> Headers:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


# Who: what reads and what changes answer here, in team/project/app.
CALLERS: dict[str, tuple[Headers, int, int]] = {
    "nobody": ({}, 401, 401),
    "a wrong token": (bearer("w" * 24), 401, 401),
    "a wrong password": (basic("ana", "wrong"), 401, 401),
    "an unknown user": (basic("mallory"), 401, 401),
    "a proxy's header from anywhere": ({"x-user": "ana"}, 401, 401),
    "a viewer's token": (bearer(READER), 200, 403),
    "a maintainer's token": (bearer(CLEANER), 200, 200),
    "a maintainer here": (basic("ana"), 200, 200),
    "a viewer here, by grant": (basic("bob"), 200, 403),
    "a maintainer of another registry": (basic("eve"), 404, 404),
    "a maintainer of other repositories": (basic("zoe"), 404, 404),
}
NOT_BELIEVED = {"a wrong token", "a wrong password", "an unknown user"}
# Lists and states of a registry show what a grant covers to whoever has one there.
WITHOUT_REPOSITORY = {
    ("a maintainer of another registry", "registries"): 200,
    ("a maintainer of other repositories", "registries"): 200,
    ("a maintainer of other repositories", "status"): 200,
    ("a maintainer of other repositories", "repositories"): 200,
}


@pytest.fixture
def access(configure: Callable[..., None], tmp_path: Path) -> None:
    """Write an inventory with tokens, passwords, grants, and nothing for strangers."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    users = tmp_path / "users"
    users.write_text("".join(f"{user}:{hashed}\n" for user in ("ana", "bob", "eve", "zoe")))
    configure(
        default_role="none",
        tokens=[
            {"name": "reader", "token": READER, "role": "viewer"},
            {"name": "cleaner", "token": CLEANER, "role": "maintainer"},
        ],
        htpasswd=str(users),
        proxy={"user_header": "X-User", "trusted": ["203.0.113.0/24"]},  # of the recorded events
        grants=[
            {"users": ["ana"], "role": "maintainer", "repositories": ["team/**"]},
            {"users": ["bob"], "role": "viewer", "registries": [REGISTRY]},
            {"users": ["eve"], "role": "maintainer", "registries": ["another"]},
            {"users": ["zoe"], "role": "maintainer", "repositories": ["other/*"]},
        ],
    )


def expect_status(who: str, what: str) -> int:
    """Return the status that the table demands."""
    _, reading, changing = CALLERS[who]
    if what in OPEN:
        # A credential that is wrong is no anonymous visit; health is open to all.
        return 401 if what == "session" and who in NOT_BELIEVED else 200
    return WITHOUT_REPOSITORY.get((who, what), changing if what in CHANGES else reading)


def check_table(registry: MemoryRegistry, what: str, ask: Callable[[Headers], int]) -> None:
    """Ask as everyone; the registry is as before wherever the answer is no."""
    statuses = {}
    for who, (headers, _, _) in CALLERS.items():
        fill(registry)
        if what == "restore":
            registry.remove_tag(REPOSITORY, TAG)
        held = registry.get_tags(REPOSITORY)
        statuses[who] = ask(headers)
        is_changed = what in CHANGES and statuses[who] == httpx.codes.OK
        assert (registry.get_tags(REPOSITORY) != held) is is_changed, who
    assert statuses == {who: expect_status(who, what) for who in CALLERS}


@pytest.mark.parametrize("what", [*OPEN, *READS, *CHANGES])
def test_who_may_do_what_through_a_handler(
    access: None,
    load_function: LoadFunction,
    filled_registry: MemoryRegistry,
    what: str,
) -> None:
    function = load_function(what)

    def ask(headers: Headers) -> int:
        event = read_event(what)
        answer: dict[str, Any] = function.handler(
            event | {"headers": event["headers"] | headers}, None
        )
        return int(answer["statusCode"])

    check_table(filled_registry, what, ask)


@pytest.mark.parametrize("port", ["", ":{number}"])
def test_behind_a_load_balancer_the_address_is_the_one_that_it_saw(
    access: None, load_function: LoadFunction, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    function = load_function("untag")
    path = f"/api/v1/registries/{REGISTRY}/repositories/{REPOSITORY}/tags/{TAG}"

    def ask(number: int) -> int:
        forwarded = f"198.51.100.{number}, 192.0.2.9{port.format(number=number)}"
        answer: dict[str, Any] = function.handler(
            {
                "requestContext": {"elb": {}},
                "httpMethod": "DELETE",
                "path": path,
                "multiValueQueryStringParameters": {},
                "multiValueHeaders": {
                    "x-forwarded-for": [forwarded],
                    "authorization": [f"Bearer guess{number}"],
                },
                "body": "",
                "isBase64Encoded": False,
            },
            None,
        )
        return int(answer["statusCode"])

    statuses = [ask(number) for number in range(11)]

    assert statuses == [401] * 10 + [429]
    lines = capsys.readouterr().err.splitlines()
    assert {json.loads(line)["from"] for line in lines} == {"192.0.2.9"}


CLOUDFRONT = "130.176.1.9"


@pytest.mark.parametrize(
    ("trusted", "headers", "last", "address"),
    [
        ([], {"x-forwarded-for": "192.0.2.{n}, 130.176.1.9"}, 429, CLOUDFRONT),
        (["130.176.0.0/16"], {"x-forwarded-for": "192.0.2.{n}, 130.176.1.9"}, 401, "192.0.2.10"),
        (
            ["130.176.0.0/16"],
            {"x-forwarded-for": "1.1.1.{n}, 2.2.2.2, 130.176.1.9"},
            429,
            "2.2.2.2",
        ),
        (["130.176.0.0/16"], {"cloudfront-viewer-address": "192.0.2.{n}:443"}, 401, "192.0.2.10"),
        (["10.0.0.0/8"], {"cloudfront-viewer-address": "192.0.2.{n}:443"}, 429, CLOUDFRONT),
    ],
)
def test_behind_cloudfront_strangers_are_told_apart_where_it_is_trusted(
    *,
    configure: Callable[..., None],
    load_function: LoadFunction,
    capsys: pytest.CaptureFixture[str],
    trusted: list[str],
    headers: dict[str, str],
    last: int,
    address: str,
) -> None:
    configure(
        tokens=[{"name": "ci", "token": "c" * 20, "role": "maintainer"}],
        **({"proxy": {"trusted": trusted}} if trusted else {}),
    )
    function, event = load_function("untag"), read_event("untag")
    event["requestContext"]["http"]["sourceIp"] = CLOUDFRONT
    sent = {name: text for name, text in event["headers"].items() if "forwarded" not in name}

    statuses = []
    for number in range(11):
        made = {name: text.format(n=number) for name, text in headers.items()}
        made |= {"authorization": f"Bearer guess{number}"}
        statuses.append(function.handler(event | {"headers": sent | made}, None)["statusCode"])

    assert statuses == [401] * 10 + [last]
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["from"] == address


@pytest.mark.parametrize("what", [*OPEN, *READS, *CHANGES])
def test_who_may_do_what_through_uvicorn(
    access: None, filled_registry: MemoryRegistry, what: str
) -> None:
    event = read_event(what)
    runtime = Runtime(load_inventory())
    app = create_app(*load_routers(), runtime=runtime)
    front = Front(api=app, pages=app, runtime=runtime)
    with serve_app(front, lifespan="on") as url, httpx.Client() as client:

        def ask(headers: Headers) -> int:
            content_type = event["headers"].get("content-type")
            answer = client.request(
                event["requestContext"]["http"]["method"],
                f"{url}{event['rawPath']}?{event['rawQueryString']}",
                content=event.get("body", "").encode(),
                headers=headers | ({"content-type": content_type} if content_type else {}),
            )
            return answer.status_code

        check_table(filled_registry, what, ask)
