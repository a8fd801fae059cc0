"""``reglite openapi``: the document of the API."""

import click


@click.command()
def openapi() -> None:
    """Print the OpenAPI document of the whole API."""
    import json  # noqa: PLC0415

    from reglite.api.schema.openapi import build_openapi  # noqa: PLC0415

    click.echo(json.dumps(build_openapi(), indent=2, ensure_ascii=False))
