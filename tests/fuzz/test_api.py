"""The whole API under schemathesis: every operation of the OpenAPI document, every check it has."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from reglite.api.app import create_app
from reglite.api.functions import load_routers
from reglite.api.schema.openapi import build_openapi
from reglite.api.schema.service import Errors
from reglite.deletion.findings import Findings
from reglite.deletion.packing import pack
from reglite.demo.images import fill_demo
from reglite.demo.registry import MemoryRegistry
from reglite.inventory.access_config import AccessConfig, AccessToken
from tests.api.conftest import make_runtime
from tests.functions.content import fill
from tests.support.serving import serve_app

TOKEN = "fuzz-token"
EXAMPLES = 20
MAX_URL = 60_000  # what is longer, uvicorn refuses before there is a request

# What our own answers hand out: a schema can only say that it is opaque.
HEX_DIGITS = st.text("0123456789abcdef", min_size=64, max_size=64)
NAMES = st.text(max_size=40).map(lambda name: urlencode({"last": name}))
schemathesis.openapi.format(
    "catalog-cursor", st.builds("{}~{}~~{}".format, st.integers(0, 99), st.integers(0, 99), NAMES)
)
schemathesis.openapi.format("plan-cursor", st.builds(Findings).map(lambda f: pack(f.to_json())))
schemathesis.openapi.format("plan", HEX_DIGITS)

schema = schemathesis.openapi.from_dict(build_openapi())


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """Serve the API over an in-memory registry with the demo's images; a token may delete."""
    registry = MemoryRegistry()
    fill(registry)
    fill_demo(registry)
    tokens = (AccessToken("fuzz", TOKEN, "maintainer"),)
    access = replace(AccessConfig(), tokens=tokens)
    runtime = make_runtime(registry, access)
    with serve_app(create_app(*load_routers(), runtime=runtime)) as url:
        yield url


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_keep_to_the_document(case: Case[Any], api: str) -> None:
    assume(len(case.as_transport_kwargs(base_url=api)["url"]) + _measure_query(case) < MAX_URL)
    # No schema can say that the hash of a body is the digest in its path.
    excluded: Any = [positive_data_acceptance] if case.method == "PUT" else []
    answer = case.call_and_validate(
        base_url=api, headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=excluded
    )

    assert answer.status_code < 500, "the registry behind it has no faults"
    if answer.status_code >= 400:
        Errors.model_validate_json(answer.content)


def _measure_query(case: Case[Any]) -> int:
    return len(urlencode(case.query or {}, doseq=True))
