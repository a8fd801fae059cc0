"""``reglite init``: an inventory to start from."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("inventory.yaml"),
    show_default=True,
    help="File to write.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there already.")
def init(out: Path, force: bool) -> None:
    """Write a commented inventory to start from."""
    from reglite.inventory.example import write_example  # noqa: PLC0415

    write_example(out, overwrites=force)
    click.echo(f"Wrote {out}: edit it, then run  reglite check -c {out}")
