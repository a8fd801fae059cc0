"""Who × what × where."""

import asyncio
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import bcrypt
import httpx
import pytest
from starlette.requests import Request

from reglite.api.identity.attempts import MAX_GUESSES
from reglite.api.identity.sign_in import SignIn
from reglite.demo.registry import MemoryRegistry
from reglite.errors import RegliteError
from reglite.inventory.access_config import AccessConfig, AccessToken, Grant, ProxyAccess
from tests.api.conftest import OpenApi, make_config
from tests.functions.content import DIGEST, REGISTRY, REPOSITORY, TAG
from tests.support.errors import get_code

pytestmark = pytest.mark.anyio

BASE = f"/api/v1/registries/{REGISTRY}"
REPO = f"{BASE}/repositories/{REPOSITORY}"
DELETION = f"{REPO}/manifests/{DIGEST}"
READS = [
    f"{BASE}/status",
    f"{BASE}/repositories",
    f"{REPO}/tags",
    f"{REPO}/summaries?tag={TAG}",
    f"{REPO}/tags/{TAG}/manifest",
    f"{REPO}/manifests/{DIGEST}",
    f"{REPO}/manifests/{DIGEST}/referrers",
    f"{REPO}/manifests/{DIGEST}/deletion-plan",
    f"{REPO}/manifests/{DIGEST}/tags",
]
PROXY = "10.42.0.7"
PASSWORD = "correct horse battery staple"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def named(user: str, groups: str = "") -> dict[str, str]:
    return {"X-Auth-Request-User": user, "X-Auth-Request-Groups": groups}


@pytest.fixture(scope="session")
def htpasswd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("htpasswd") / "users"
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, prefix=b"2a")).decode()
    path.write_text(f"# people\nana:{hashed.replace('$2a$', '$2y$')}\n\nbob:{hashed}\n")
    return path


TOKENS = (
    AccessToken("reader", "r" * 20, "viewer"),
    AccessToken("cleaner", "c" * 20, "maintainer"),
)
PROXIED = ProxyAccess(
    "X-Auth-Request-User", "X-Auth-Request-Groups", (ip_network("10.42.0.0/16"),), "/sign_out"
)


def make_access(htpasswd: Path, **options: object) -> AccessConfig:
    defaults: dict[str, object] = {
        "anonymous": None,
        "tokens": TOKENS,
        "htpasswd": htpasswd,
        "proxy": PROXIED,
        "grants": (
            Grant("maintainer", groups=("platform",)),
            Grant("maintainer", users=("ana",), repositories=("team/**",)),
            Grant("maintainer", users=("eve",), registries=("another",)),
        ),
    }
    return AccessConfig(**{**defaults, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("peer", "headers", "user", "role", "reading", "deleting"),
    [
        ("127.0.0.1", {}, None, None, 401, 401),
        ("127.0.0.1", bearer("r" * 20), "reader", "viewer", 200, 403),
        ("127.0.0.1", bearer("c" * 20), "cleaner", "maintainer", 200, 200),
        (PROXY, named("zoe"), "zoe", "viewer", 200, 403),
        (PROXY, named("zoe", "users, platform"), "zoe", "maintainer", 200, 200),
        (PROXY, named("ana"), "ana", "maintainer", 200, 200),
        (PROXY, named("eve"), "eve", "maintainer", 200, 403),
        (PROXY, named("zoe") | bearer("c" * 20), "cleaner", "maintainer", 200, 200),
        (PROXY, named("zoe") | bearer("of another system"), "zoe", "viewer", 200, 403),
        (PROXY, named(""), None, None, 401, 401),
        ("::ffff:10.42.0.7", named("zoe"), "zoe", "viewer", 200, 403),
        ("10.43.0.7", named("zoe", "platform"), None, None, 401, 401),
        ("10.43.0.7", named("zoe") | {"X-Forwarded-For": PROXY}, None, None, 401, 401),
        ("127.0.0.1", named("zoe", "platform"), None, None, 401, 401),
        ("127.0.0.1", {"X-Forwarded-User": "zoe"}, None, None, 401, 401),
    ],
)
async def test_who_may_read_and_delete(
    *,
    open_api: OpenApi,
    htpasswd: Path,
    peer: str,
    headers: dict[str, str],
    user: str | None,
    role: str | None,
    reading: int,
    deleting: int,
) -> None:
    api = open_api(make_access(htpasswd), peer=peer)

    session = (await api.get("/api/v1/session", headers=headers)).json()
    statuses = {path: (await api.get(path, headers=headers)).status_code for path in READS}
    deletion = await api.delete(DELETION, headers=headers)

    assert (session["user"], session["role"]) == (user, role)
    assert statuses == dict.fromkeys(READS, reading)
    assert deletion.status_code == deleting, deletion.text


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("ana", PASSWORD, 200),
        ("bob", PASSWORD, 403),
        ("ana", "wrong", 401),
        ("nobody", PASSWORD, 401),
        ("ana", "", 401),
        ("", "", 401),
    ],
)
async def test_htpasswd_lets_in_whom_it_names(
    open_api: OpenApi, htpasswd: Path, user: str, password: str, status: int
) -> None:
    api = open_api(make_access(htpasswd))

    assert (await api.delete(DELETION, auth=(user, password))).status_code == status


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer ", "Bearer wrong", "Basic", "Basic !!!", "Basic YQ==", "Digest a=b", "x"],
)
async def test_credentials_that_are_wrong_are_no_anonymous_visit(
    open_api: OpenApi, htpasswd: Path, authorization: str
) -> None:
    api = open_api(make_access(htpasswd, anonymous="viewer"))

    response = await api.get(f"{REPO}/tags", headers={"Authorization": authorization})

    assert (response.status_code, get_code(response)) == (401, "UNAUTHORIZED")
    assert response.headers["www-authenticate"].startswith('Bearer realm="reglite"')


async def test_programs_are_offered_basic_and_browsers_no_dialog(
    open_api: OpenApi, htpasswd: Path
) -> None:
    api = open_api(make_access(htpasswd))

    program = await api.get(f"{REPO}/tags")
    page = await api.get(f"{REPO}/tags", headers={"Sec-Fetch-Mode": "cors"})

    assert 'Basic realm="reglite"' in program.headers["www-authenticate"]
    assert "Basic" not in page.headers["www-authenticate"]
    assert "Bearer" in page.headers["www-authenticate"]


async def test_session_tells_the_ways_to_sign_in_and_out(open_api: OpenApi, htpasswd: Path) -> None:
    nobody = (await open_api(make_access(htpasswd)).get("/api/v1/session")).json()
    proxied = await open_api(make_access(htpasswd), peer=PROXY).get(
        "/api/v1/session", headers=named("zoe")
    )
    nowhere = (await open_api().get("/api/v1/session")).json()

    assert nobody == {
        "user": None,
        "role": None,
        "sign_in": ["token", "basic"],
        "sign_out_url": None,
    }
    assert proxied.json()["sign_out_url"] == "/sign_out"
    assert nowhere == {"user": None, "role": "viewer", "sign_in": [], "sign_out_url": None}


@pytest.mark.parametrize(
    ("user", "place", "role"),
    [
        ("ana", {"registry": REGISTRY, "repository": REPOSITORY}, "maintainer"),
        ("ana", {"registry": REGISTRY, "repository": "other/app"}, "viewer"),
        ("ana", {"registry": REGISTRY}, "maintainer"),
        ("eve", {"registry": REGISTRY, "repository": REPOSITORY}, "viewer"),
        ("eve", {"registry": REGISTRY}, "viewer"),
        ("eve", {}, "maintainer"),
    ],
)
async def test_session_tells_the_role_in_what_is_named(
    *, open_api: OpenApi, htpasswd: Path, user: str, place: dict[str, str], role: str
) -> None:
    api = open_api(make_access(htpasswd), peer=PROXY)

    session = await api.get("/api/v1/session", params=place, headers=named(user))

    assert (session.json()["user"], session.json()["role"]) == (user, role)
    if "repository" in place:
        path = f"{BASE}/repositories/{place['repository']}/manifests/{DIGEST}"
        deletion = await api.delete(path, headers=named(user))
        assert (deletion.status_code == 403) is (role == "viewer")


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ({"registry": REGISTRY, "repository": "../../etc"}, 400, "NAME_INVALID"),
        ({"registry": REGISTRY, "repository": ""}, 400, "NAME_INVALID"),
        ({"registry": "99"}, 404, "REGISTRY_UNKNOWN"),
        ({"registry": "../99\n"}, 404, "REGISTRY_UNKNOWN"),
        ({"repository": REPOSITORY}, 404, "REGISTRY_UNKNOWN"),
    ],
)
async def test_session_checks_what_is_named(
    open_api: OpenApi, place: dict[str, str], status: int, code: str
) -> None:
    response = await open_api().get("/api/v1/session", params=place)

    assert (response.status_code, get_code(response)) == (status, code)


async def test_session_tells_a_stranger_the_way_in_and_not_what_is_there(
    open_api: OpenApi, htpasswd: Path
) -> None:
    api = open_api(make_access(htpasswd))

    here = await api.get("/api/v1/session", params={"registry": REGISTRY})
    absent = await api.get("/api/v1/session", params={"registry": "99", "repository": "a/b"})

    assert here.json()["role"] is None
    assert here.json()["sign_in"] == ["token", "basic"]
    assert (here.status_code, here.text) == (absent.status_code, absent.text)


async def test_without_a_way_to_sign_in_credentials_are_not_looked_at(open_api: OpenApi) -> None:
    response = await open_api().get(f"{REPO}/tags", headers=bearer("for a gateway in front"))

    assert response.status_code == 200


async def test_nobody_reads_where_anonymous_is_none_and_there_is_no_sign_in(
    open_api: OpenApi,
) -> None:
    api = open_api(AccessConfig(anonymous=None))

    response = await api.get("/api/v1/registries")

    assert (response.status_code, get_code(response)) == (403, "DENIED")
    assert (await api.get("/api/v1/health")).status_code == 200


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
async def test_names_beyond_ascii_are_read_from_the_proxy(
    open_api: OpenApi, htpasswd: Path, encoding: str
) -> None:
    user, group = ("Анна", "платформа") if encoding == "utf-8" else ("José", "équipe")
    grants = (Grant("maintainer", users=(user,)), Grant("maintainer", groups=(group,)))
    api = open_api(make_access(htpasswd, grants=grants), peer=PROXY)

    for name, groups in ((user, ""), ("zoe", f"users, {group}")):
        headers = [(k.encode(), v.encode(encoding)) for k, v in named(name, groups).items()]
        session = (await api.get("/api/v1/session", headers=headers)).json()
        assert (session["user"], session["role"]) == (name, "maintainer")


async def test_user_header_that_comes_twice_is_refused(open_api: OpenApi, htpasswd: Path) -> None:
    api = open_api(make_access(htpasswd), peer=PROXY)
    headers = [("X-Auth-Request-User", "zoe"), ("X-Auth-Request-User", "ana")]

    response = await api.get(f"{REPO}/tags", headers=headers)

    assert (response.status_code, get_code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("name", [" zoe ", "zoe ", "zoe\u00a0", "zo\u0001e"])
async def test_a_name_with_spaces_around_it_is_no_other_user(
    open_api: OpenApi, htpasswd: Path, name: str
) -> None:
    api = open_api(make_access(htpasswd, grants=(Grant("maintainer", users=("zoe",)),)), peer=PROXY)

    headers = [(b"X-Auth-Request-User", name.encode())]
    response = await api.delete(DELETION, headers=headers)

    assert (response.status_code, get_code(response)) == (400, "BAD_REQUEST")


async def test_a_group_with_a_comma_grants_nothing_of_its_parts(
    open_api: OpenApi, htpasswd: Path
) -> None:
    proxy = replace(PROXIED, groups_separator=None)
    api = open_api(make_access(htpasswd, proxy=proxy), peer=PROXY)

    of_one = await api.get("/api/v1/session", headers=named("zoe", "x,platform"))
    of_both = await api.get(
        "/api/v1/session",
        headers=[*named("zoe", "x").items(), ("X-Auth-Request-Groups", "platform")],
    )

    assert (of_one.json()["role"], of_both.json()["role"]) == ("viewer", "maintainer")


@pytest.mark.parametrize("password", ["x" * 73, "é" * 37, f"{PASSWORD}\0", "\0"])
async def test_passwords_that_bcrypt_would_cut_are_refused_plainly(
    open_api: OpenApi, htpasswd: Path, password: str
) -> None:
    api = open_api(make_access(htpasswd))

    response = await api.get("/api/v1/session", auth=("ana", password))

    assert (response.status_code, get_code(response)) == (401, "UNAUTHORIZED")
    assert "bcrypt" in response.json()["errors"][0]["message"]


class TestDefaultRoleNone:
    """Lists and reads show only what a grant covers."""

    @pytest.fixture
    async def api(
        self, open_api: OpenApi, htpasswd: Path, filled_registry: MemoryRegistry
    ) -> httpx.AsyncClient:
        for repository in ("team/other", "secret/app", "zebra"):
            filled_registry.put_manifest(
                repository,
                b'{"schemaVersion":2,"manifests":[]}',
                "application/vnd.oci.image.index.v1+json",
                "1",
            )
        grants = (
            Grant("viewer", users=("ana",), registries=(REGISTRY,), repositories=("team/**",)),
            Grant("maintainer", users=("ana",), repositories=("team/project/*",)),
            Grant("viewer", users=("all",)),
        )
        access = make_access(htpasswd, default_role=None, grants=grants)
        configs = (make_config(), make_config(name="hidden"))
        return open_api(access, peer=PROXY, configs=configs)

    async def test_lists_name_what_is_covered_and_nothing_else(
        self, api: httpx.AsyncClient
    ) -> None:
        registries = await api.get("/api/v1/registries", headers=named("ana"))
        page = await api.get(f"{BASE}/repositories?n=1", headers=named("ana"))
        rest = await api.get(page.json()["next"], headers=named("ana"))

        names = [registry["name"] for registry in registries.json()["registries"]]
        assert names == [REGISTRY, "hidden"]  # the second grant reaches into both
        assert page.json()["repositories"] == ["team/other"]
        assert rest.json()["repositories"] == ["team/project/app"]
        assert rest.json()["next"] is None
        assert "secret" not in page.text + rest.text

    async def test_a_grant_without_repositories_shows_all_of_them(
        self, api: httpx.AsyncClient
    ) -> None:
        response = await api.get(f"{BASE}/repositories", headers=named("all"))

        assert len(response.json()["repositories"]) == 4

    async def test_hidden_and_absent_repositories_look_alike(self, api: httpx.AsyncClient) -> None:
        hidden = await api.get(f"{BASE}/repositories/secret/app/tags", headers=named("ana"))
        absent = await api.get(f"{BASE}/repositories/secret/nil/tags", headers=named("ana"))

        assert (hidden.status_code, get_code(hidden)) == (404, "NAME_UNKNOWN")
        assert hidden.text.replace("app", "nil") == absent.text

    async def test_hidden_and_absent_registries_look_alike(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        grants = (Grant("viewer", users=("ana",), registries=("another",)),)
        access = make_access(htpasswd, default_role=None, grants=grants)
        api = open_api(access, peer=PROXY)

        hidden = await api.get(f"{BASE}/status", headers=named("ana"))
        absent = await api.get("/api/v1/registries/99/status", headers=named("ana"))

        assert (hidden.status_code, get_code(hidden)) == (404, "REGISTRY_UNKNOWN")
        assert hidden.text.replace(REGISTRY, "99") == absent.text

    async def test_session_does_not_tell_what_is_hidden_from_what_is_absent(
        self, open_api: OpenApi, htpasswd: Path, filled_registry: MemoryRegistry
    ) -> None:
        grants = (
            Grant("viewer", users=("ana",), registries=("another",)),
            Grant("viewer", users=("bob",), repositories=("other/*",)),
        )
        access = make_access(htpasswd, default_role=None, grants=grants)
        api = open_api(access, peer=PROXY)

        async def ask(user: str, **place: str) -> tuple[int, str]:
            answer = await api.get("/api/v1/session", params=place, headers=named(user))
            return answer.status_code, answer.text.replace("99", REGISTRY)

        before = len(filled_registry.requests)
        assert await ask("ana", registry=REGISTRY) == await ask("ana", registry="99")
        assert (await ask("ana", registry=REGISTRY))[0] == 404
        hidden = await ask("bob", registry=REGISTRY, repository=REPOSITORY)
        assert hidden == await ask("bob", registry=REGISTRY, repository="team/nil")
        assert '"role":null' in hidden[1]
        assert len(filled_registry.requests) == before

    async def test_nothing_is_asked_of_the_registry_for_what_is_hidden(
        self, api: httpx.AsyncClient, filled_registry: MemoryRegistry
    ) -> None:
        before = len(filled_registry.requests)

        await api.get(f"{BASE}/repositories/secret/app/tags", headers=named("ana"))
        await api.delete(f"{BASE}/repositories/zebra/manifests/{DIGEST}", headers=named("ana"))

        assert len(filled_registry.requests) == before

    async def test_somebody_without_any_grant_sees_nothing(self, api: httpx.AsyncClient) -> None:
        listed = await api.get("/api/v1/registries", headers=named("zoe"))
        session = await api.get("/api/v1/session", headers=named("zoe"))

        assert (listed.status_code, get_code(listed)) == (403, "DENIED")
        assert (session.json()["user"], session.json()["role"]) == ("zoe", None)

    async def test_deleting_follows_the_grant_that_reaches_there(
        self, api: httpx.AsyncClient
    ) -> None:
        other = f"{BASE}/repositories/team/other/manifests/{DIGEST}"

        assert (await api.delete(other, headers=named("ana"))).status_code == 403
        assert (await api.delete(DELETION, headers=named("ana"))).status_code == 200


class TestLocalMaintainer:
    """The person at the machine that runs ``reglite dev`` on loopback."""

    async def test_may_delete(self, open_api: OpenApi) -> None:
        api = open_api(local_maintainer=True)

        assert (await api.get("/api/v1/session")).json()["role"] == "maintainer"
        assert (await api.delete(DELETION)).status_code == 200

    @pytest.mark.parametrize(
        "header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]
    )
    async def test_is_nobody_who_came_through_a_proxy(self, open_api: OpenApi, header: str) -> None:
        api = open_api(local_maintainer=True)

        response = await api.delete(DELETION, headers={header: "x"})

        assert (response.status_code, get_code(response)) == (403, "DENIED")

    async def test_is_nobody_once_there_is_a_way_to_sign_in(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd, anonymous="viewer"), local_maintainer=True)

        assert (await api.get("/api/v1/session")).json()["role"] == "viewer"
        assert (await api.delete(DELETION)).status_code == 401

    async def test_is_nobody_once_a_proxy_is_configured(self, open_api: OpenApi) -> None:
        proxy = ProxyAccess(None, None, (ip_network("127.0.0.1"),), None)
        api = open_api(AccessConfig(proxy=proxy), local_maintainer=True)

        assert (await api.get("/api/v1/session")).json()["role"] == "viewer"
        assert (await api.delete(DELETION)).status_code == 403

    async def test_is_nobody_without_the_commands_word(self, open_api: OpenApi) -> None:
        response = await open_api().delete(DELETION)

        assert (response.status_code, get_code(response)) == (403, "DENIED")

    async def test_may_not_delete_where_the_inventory_says_no(self, open_api: OpenApi) -> None:
        api = open_api(local_maintainer=True, configs=(make_config(can_delete=False),))

        response = await api.delete(DELETION)

        assert (response.status_code, get_code(response)) == (403, "DENIED")


class TestFailedSignIns:
    """Guessing is slowed down, and tells nothing."""

    async def test_ten_wrong_passwords_close_the_door_for_a_minute(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))

        tries = [await api.get("/api/v1/session", auth=("bob", "wrong")) for _ in range(11)]
        right = await api.get("/api/v1/session", auth=("bob", PASSWORD))
        other = await api.get("/api/v1/session", auth=("ana", PASSWORD))

        assert [each.status_code for each in tries] == [401] * 10 + [429]
        assert (right.status_code, get_code(right)) == (429, "TOOMANYREQUESTS")
        assert 1 <= int(right.headers["retry-after"]) <= 60
        assert other.status_code == 200

    async def test_who_signed_in_before_is_not_locked_out_by_others(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))
        assert (await api.get("/api/v1/session", auth=("ana", PASSWORD))).status_code == 200

        for _ in range(11):
            await api.get("/api/v1/session", auth=("ana", "wrong"))

        assert (await api.get("/api/v1/session", auth=("ana", PASSWORD))).status_code == 200

    async def test_guesses_sent_at_once_are_counted_one_by_one(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))
        guesses = [*("wrong" for _ in range(20)), PASSWORD]

        answers = await asyncio.gather(
            *(api.get("/api/v1/session", auth=("ana", guess)) for guess in guesses)
        )

        assert [each.status_code for each in answers] == [401] * 10 + [429] * 11

    async def test_a_page_that_asks_for_much_at_once_is_let_in_as_a_whole(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))

        answers = await asyncio.gather(
            *(api.get("/api/v1/session", auth=("ana", PASSWORD)) for _ in range(20))
        )

        assert {each.status_code for each in answers} == {200}

    async def test_who_is_signed_in_is_no_way_to_guess_on(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))
        await api.get("/api/v1/session", auth=("ana", PASSWORD))

        for _ in range(MAX_GUESSES):
            await api.get("/api/v1/session", auth=("ana", "wrong"))

        assert (await api.get("/api/v1/session", auth=("ana", PASSWORD))).status_code == 429
        assert (await api.get("/api/v1/session", auth=("bob", PASSWORD))).status_code == 200

    async def test_one_password_tried_on_many_users_closes_the_door_too(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))
        assert (await api.get("/api/v1/session", auth=("bob", PASSWORD))).status_code == 200

        tries = await asyncio.gather(
            *(
                api.get("/api/v1/session", auth=(f"user{number}", "123456"))
                for number in range(MAX_GUESSES + 5)
            )
        )

        statuses = sorted(each.status_code for each in tries)
        assert statuses == [401] * MAX_GUESSES + [429] * 5
        assert (await api.get("/api/v1/session", auth=("bob", PASSWORD))).status_code == 200

    async def test_wrong_tokens_are_limited_and_right_ones_pass(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))

        tries = [await api.get("/api/v1/session", headers=bearer("no")) for _ in range(11)]
        right = await api.get("/api/v1/session", headers=bearer("r" * 20))

        assert [each.status_code for each in tries] == [401] * 10 + [429]
        assert right.status_code == 200

    @pytest.mark.parametrize(
        ("addresses", "last"),
        [
            ([f"2001:db8::{n:x}" for n in range(11)], 429),
            ([f"::ffff:192.0.2.{n}" for n in range(11)], 401),
            (["192.0.2.1", "::ffff:192.0.2.1"] * 5 + ["192.0.2.1"], 429),
        ],
    )
    async def test_addresses_that_one_caller_has_are_counted_as_one(
        self, htpasswd: Path, addresses: list[str], last: int
    ) -> None:
        sign_in = SignIn(make_access(htpasswd))
        headers = [(b"authorization", b"Bearer no")]

        statuses = []
        for address in addresses:
            request = Request({"type": "http", "client": (address, 1), "headers": headers})
            with pytest.raises(RegliteError) as caught:
                await sign_in.identify(request)
            statuses.append(caught.value.status)

        assert statuses == [401] * 10 + [last]

    @pytest.mark.parametrize("proxy", [PROXIED, replace(PROXIED, user_header=None)])
    async def test_a_stranger_behind_the_proxy_closes_the_door_for_himself_alone(
        self, open_api: OpenApi, htpasswd: Path, proxy: ProxyAccess
    ) -> None:
        api = open_api(make_access(htpasswd, proxy=proxy), peer=PROXY)

        async def ask(address: str, password: str, user: str = "ana") -> int:
            headers = {"X-Forwarded-For": address}
            answer = await api.get("/api/v1/session", auth=(user, password), headers=headers)
            return answer.status_code

        guesses = [await ask(f"192.0.2.{n}, 198.51.100.9:{n}", "wrong") for n in range(11)]
        spread = [await ask(f"{n}.1.1.1, 198.51.100.9", "123", f"u{n}") for n in range(MAX_GUESSES)]

        assert guesses == [401] * 10 + [429]
        assert 429 in spread
        assert await ask("198.51.100.9", PASSWORD) == 429
        assert await ask("198.51.100.10", PASSWORD) == 200

    async def test_an_untrusted_peer_is_counted_whatever_address_it_claims(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd), peer="10.43.0.7")

        statuses = []
        for number in range(11):
            claims = {
                "X-Forwarded-For": f"192.0.2.{number}",
                "Forwarded": f"for=192.0.2.{number}",
                "CloudFront-Viewer-Address": f"192.0.2.{number}:80",
            }
            headers = bearer("no") | claims
            statuses.append((await api.get("/api/v1/session", headers=headers)).status_code)

        assert statuses == [401] * 10 + [429]

    @pytest.mark.parametrize("address", ["10.42.0.7", "127.0.0.1"])
    async def test_an_address_that_a_proxy_names_gives_no_right(
        self, open_api: OpenApi, htpasswd: Path, address: str
    ) -> None:
        headers = named("ana") | {"X-Forwarded-For": address, "Forwarded": f"for={address}"}
        api = open_api(make_access(htpasswd), peer="10.43.0.7", local_maintainer=True)

        assert (await api.delete(DELETION, headers=headers)).status_code == 401

    async def test_unknown_and_known_users_are_refused_in_the_same_words(
        self, open_api: OpenApi, htpasswd: Path
    ) -> None:
        api = open_api(make_access(htpasswd))

        known = await api.get("/api/v1/session", auth=("ana", "wrong"))
        unknown = await api.get("/api/v1/session", auth=("nobody", "wrong"))

        assert known.text == unknown.text
        assert known.headers == unknown.headers
