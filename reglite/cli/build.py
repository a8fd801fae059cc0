"""``reglite build``: the pages as files, for any static host."""

from pathlib import Path

import click

from reglite import __version__
from reglite.cli.options import base_path_option, check_api_base


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/site"),
    show_default=True,
    help="Folder to write; what RegLite did not make there is left alone.",
)
@click.option(
    "--api-base",
    metavar="URL",
    default="",
    callback=check_api_base,
    help="Where the API answers. [default: the pages' own origin]",
)
@base_path_option
@click.option("--title", default="RegLite", show_default=True, help="What the pages are called.")
def build(out: Path, api_base: str, base_path: str, title: str) -> None:
    """Render the static UI for any static host."""
    from reglite.api.schema.openapi import build_openapi  # noqa: PLC0415
    from reglite.output import writing  # noqa: PLC0415
    from reglite.site import build_site  # noqa: PLC0415

    with writing(out):
        build_site(
            out,
            api_base=api_base,
            base_path=base_path,
            title=title,
            version=__version__,
            openapi=build_openapi(),
        )
    click.echo(f"Wrote {out}")
