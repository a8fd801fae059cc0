import pytest

from reglite.deletion.protection import (
    check_deletion_enabled,
    check_tag,
    describe_tags,
    is_protected,
    list_protected,
    refuse_protected,
)
from reglite.errors import Denied, TagProtected
from reglite.reference import Digest, Tag
from tests.support.clients import make_config


@pytest.mark.parametrize(
    ("tag", "patterns", "expected"),
    [
        ("latest", ["latest"], True),
        ("Latest", ["latest"], False),
        ("latest-1", ["latest"], False),
        ("v1.2", ["v*"], True),
        ("rc-v1", ["v*"], False),
        ("v1.2", ["v?.?"], True),
        ("v10.2", ["v?.?"], False),
        ("prod", ["dev", "prod"], True),
        ("1.0", ["[0-9].*"], True),
        ("x.0", ["[!0-9].*"], True),
        ("1x0", ["1.0"], False),
        ("anything", ["*"], True),
        ("latest", [], False),
    ],
)
def test_globs_cover_whole_tags_and_mind_letter_case(
    tag: str, patterns: list[str], expected: bool
) -> None:
    assert is_protected(tag, patterns) is expected


def test_protected_tags_are_listed_in_order() -> None:
    tags = [Tag("v2"), Tag("x"), Tag("v10"), Tag("V1")]
    assert list_protected(tags, iter(["v*"])) == ("v10", "v2")


def test_a_refusal_names_the_tag_and_the_setting() -> None:
    config = make_config(protect=("latest",))
    check_tag(config, Tag("other"))
    with pytest.raises(TagProtected, match=r"'latest' .* 'protect' .* 'memory:5000'"):
        check_tag(config, Tag("latest"))
    with pytest.raises(TagProtected) as caught:
        refuse_protected(config, Digest("sha256:" + "1" * 64), {Tag("b"), Tag("a")})
    assert caught.value.detail == {"protected": ["a", "b"]}
    assert caught.value.status == 403


def test_delete_false_is_named() -> None:
    check_deletion_enabled(make_config())
    with pytest.raises(Denied, match="'delete: false'"):
        check_deletion_enabled(make_config(can_delete=False))


def test_a_long_list_of_tags_is_cut_in_a_sentence() -> None:
    assert describe_tags([Tag("b"), Tag("a")]) == "tags a, b"
    assert describe_tags([Tag("a")]) == "tag a"
    assert describe_tags([Tag(str(n)) for n in range(5)]) == "tags 0, 1, 2, 3, 4"
    assert describe_tags([Tag(str(n)) for n in range(8)]) == "tags 0, 1, 2, 3, 4 and 3 more"
