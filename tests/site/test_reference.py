"""The API page: every operation of the document, with a command that can be pasted."""

import shlex

from reglite.api.schema.openapi import build_openapi
from reglite.site.reference import read_reference, read_shapes
from tests.site.conftest import Files

ADDRESS = "https://reglite.example.com"


def test_every_operation_of_the_document_is_shown() -> None:
    document = build_openapi()
    shown = {
        (operation.method.lower(), operation.path)
        for group in read_reference(document, ADDRESS)
        for operation in group.operations
    }
    assert shown == {(m, path) for path, methods in document["paths"].items() for m in methods}


def test_commands_are_whole_and_quoted() -> None:
    for group in read_reference(build_openapi(), ADDRESS):
        for operation in group.operations:
            words = shlex.split(operation.curl)
            assert words[0] == "curl"
            assert words[-1].startswith(f"{ADDRESS}/api/v1/")
            assert "{" not in words[-1]
            assert ("-X" in words) == (operation.method != "GET")


def test_answers_name_their_fields() -> None:
    operations = {
        operation.identifier: operation
        for group in read_reference(build_openapi(), ADDRESS)
        for operation in group.operations
    }
    fields = dict(operations["list_tags"].responses[0].fields)
    assert fields["tags"] == "[string]"
    assert fields["next"] == "string | null"
    assert [name for name, _ in operations["list_tags"].responses[1].fields] == []


def test_objects_are_listed_with_their_members() -> None:
    shapes = {shape.name: dict(shape.fields) for shape in read_shapes(build_openapi())}
    assert shapes["Registry"]["can_delete"] == "boolean"


def test_the_page_shows_them_in_both_languages(files: Files) -> None:
    for page in ("api.html", "ru/api.html"):
        text = files[page].decode()
        assert 'id="list_tags"' in text
        assert "curl &#39;http://127.0.0.1:8080/api/v1/health&#39;" in text
