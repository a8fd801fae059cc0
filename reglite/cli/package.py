"""``reglite package``: the zips for AWS Lambda."""

import sys
from pathlib import Path

import click

from reglite.cli.options import check_python


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/functions"),
    show_default=True,
    help="Folder to write the zips to.",
)
@click.option(
    "--arch",
    type=click.Choice(["x86_64", "arm64"]),
    default="x86_64",
    show_default=True,
    help="Processor that the functions will run on.",
)
@click.option(
    "--python",
    metavar="VERSION",
    default=f"{sys.version_info.major}.{sys.version_info.minor}",
    show_default=True,
    callback=check_python,
    help="Python that they will run on.",
)
@click.option(
    "--inventory",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Inventory to put into every zip; one that holds a secret is refused.",
)
def package(out: Path, arch: str, python: str, inventory: Path | None) -> None:
    """Make one zip per function for AWS Lambda.

    The same sources and wheels give the same bytes. Needs pip and a package index, no Docker.
    """
    from reglite.bundle.package import package_functions  # noqa: PLC0415
    from reglite.bundle.wheel import Target  # noqa: PLC0415
    from reglite.output import writing  # noqa: PLC0415

    def say(line: str) -> None:
        click.echo(line, err=True)

    with writing(out):
        for made in package_functions(out, Target(arch, python), inventory=inventory, say=say):
            click.echo(f"{made.sha256}  {made.size_bytes / 1e6:.1f} MB  {made.path}")
