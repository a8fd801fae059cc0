"""``reglite check``: how each registry is, and what to change."""

import click

from reglite.cli.options import config_option


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option(
    "--leftovers", is_flag=True, help="Also look for what an interrupted removal left behind."
)
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    config_file: str | None,
    as_json: bool,
    leftovers: bool,
) -> None:
    """Ask each registry how it is, and say what to change for each failure.

    Names the credential that was chosen and where it came from, never the credential itself.
    Ends with exit code 1 if any registry fails.
    """
    from reglite.cli.check_report import format_json, format_text  # noqa: PLC0415
    from reglite.cli.check_run import choose_registries, run_check  # noqa: PLC0415
    from reglite.inventory.load import load_inventory  # noqa: PLC0415

    inventory = choose_registries(load_inventory(config_file=config_file), names)
    for note in inventory.notes:
        click.echo(f"Note: {note}", err=True)
    reports = run_check(inventory, with_leftovers=leftovers)
    click.echo(format_json(reports) if as_json else format_text(reports))
    ctx.exit(0 if all(report.is_fine for report in reports) else 1)
