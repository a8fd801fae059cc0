"""The grammar of names, held against the regular expressions that the specs print."""

import hashlib
import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reglite.errors import BadRequest
from reglite.reference import (
    are_tags,
    compute_digest,
    format_referrers_tag,
    has_digest,
    is_digest,
    is_referrers_tag,
    parse_digest,
    parse_reference,
    parse_repository,
    parse_tag,
    shorten,
)

# OCI distribution spec 1.1, "Pulling manifests"; OCI image spec 1.1, "Digests".
SPEC_NAME = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
SPEC_TAG = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"
SPEC_DIGEST = r"[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+"
REGISTERED = {"sha256": 64, "sha512": 128}

# Few characters, so that valid names and near misses come up often.
NAMES = st.text("ab09._-/AZ\n ", max_size=30) | st.from_regex(SPEC_NAME, fullmatch=True)
TAGS = st.text("aZ9._-\n:é", max_size=140) | st.from_regex(SPEC_TAG, fullmatch=True)
DIGESTS = (
    st.from_regex(SPEC_DIGEST, fullmatch=True)
    | st.builds(
        "{}:{}".format,
        st.sampled_from(["sha256", "sha512", "SHA256", "sha1", "md5"]),
        st.text("0af", min_size=60, max_size=68) | st.text("0afAF\n", max_size=130),
    )
    | st.binary().map(compute_digest)
)


def accepts(parse: Callable[[str], str], text: str) -> bool:
    """Tell whether the parser takes it, and takes it as it is."""
    try:
        assert parse(text) == text
    except BadRequest:
        return False
    return True


@given(NAMES)
@example("a" * 256)
@example("a\n")
@example("a/../b")
def test_repository_names_are_those_of_the_distribution_spec(name: str) -> None:
    expected = re.fullmatch(SPEC_NAME, name) is not None and len(name) <= 255

    assert accepts(parse_repository, name) == expected


@given(TAGS)
@example("a" * 128)
@example("a" * 129)
@example("v1\n")
def test_tags_are_those_of_the_distribution_spec(tag: str) -> None:
    assert accepts(parse_tag, tag) == (re.fullmatch(SPEC_TAG, tag) is not None)


@given(DIGESTS)
@example("sha256:" + "0" * 64 + "\n")
@example("sha256:" + "A" * 64)
def test_digests_are_those_of_the_image_spec_with_a_registered_algorithm(digest: str) -> None:
    algorithm, _, encoded = digest.partition(":")
    is_hex = re.fullmatch("[a-f0-9]+", encoded) is not None
    expected = is_hex and len(encoded) == REGISTERED.get(algorithm)

    assert accepts(parse_digest, digest) == expected
    assert not expected or re.fullmatch(SPEC_DIGEST, digest) is not None


@given(st.text() | TAGS | DIGESTS)
def test_a_reference_is_a_tag_or_a_digest_and_never_both(text: str) -> None:
    is_tag, is_a_digest = accepts(parse_tag, text), accepts(parse_digest, text)

    assert accepts(parse_reference, text) == (is_tag or is_a_digest)
    assert not (is_tag and is_a_digest)
    assert not (is_tag or is_a_digest) or is_digest(text) == is_a_digest


@given(st.lists(TAGS, max_size=8))
def test_a_list_holds_tags_only_if_each_is_one(names: list[str]) -> None:
    assert are_tags(names) == all(accepts(parse_tag, name) for name in names)


@given(st.binary(), st.sampled_from(sorted(REGISTERED)), st.binary())
def test_a_digest_is_that_of_its_bytes_alone(raw: bytes, algorithm: str, other: bytes) -> None:
    digest = parse_digest(compute_digest(raw, algorithm))

    assert digest == f"{algorithm}:{hashlib.new(algorithm, raw).hexdigest()}"
    assert has_digest(raw, digest)
    assert has_digest(other, digest) == (other == raw)


@given(st.binary(), st.sampled_from(sorted(REGISTERED)))
def test_a_fallback_tag_is_a_tag_and_known_as_one(raw: bytes, algorithm: str) -> None:
    tag = format_referrers_tag(compute_digest(raw, algorithm))

    assert parse_tag(tag) == tag
    assert is_referrers_tag(tag)


@given(st.text())
def test_hostile_text_is_shortened_to_printable_ascii(text: str) -> None:
    shown = shorten(text)

    assert len(shown) <= 80
    assert shown.isprintable()
    assert shown.removesuffix("…").isascii()


@pytest.mark.parametrize("parse", [parse_repository, parse_tag, parse_digest, parse_reference])
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(parse: Callable[[str], str], text: str) -> None:
    said = text
    try:
        assert parse(text) == text
    except BadRequest as error:
        said = error.message
    assert said.isprintable()
