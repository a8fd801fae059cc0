import pytest

from reglite.deletion.protection import describe_tags
from reglite.reference import Tag


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (["b"], "tag b"),
        (["b", "a"], "tags a, b"),
        (["a", "b", "c", "d", "e"], "tags a, b, c, d, e"),
        (["a", "b", "c", "d", "e", "f", "g"], "tags a, b, c, d, e and 2 more"),
    ],
)
def test_up_to_five_tags_are_named_and_the_others_counted(tags: list[str], said: str) -> None:
    assert describe_tags(map(Tag, tags)) == said
