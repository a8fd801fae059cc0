"""``reglite dev``: the UI and the API for the person at this machine."""

import sys
from contextlib import suppress

import click
from click.core import ParameterSource

from reglite.cli.options import config_option, debug_option, host_option, port_option


@click.command()
@click.argument("urls", metavar="[URL]...", nargs=-1)
@config_option
@host_option
@port_option
@debug_option
@click.option("--demo", is_flag=True, help="Add the embedded demo registry.")
@click.option(
    "--open/--no-open",
    "open_browser",
    default=None,
    help="Open the browser. [default: on a terminal]",
)
@click.option(
    "--reload/--no-reload",
    default=True,
    show_default=True,
    help="Render again and reload the page when a template changes.",
)
@click.pass_context
def dev(
    ctx: click.Context,
    *,
    urls: tuple[str, ...],
    config_file: str | None,
    host: str,
    port: int,
    debug: bool,
    demo: bool,
    open_browser: bool | None,
    reload: bool,
) -> None:
    """Browse registries from this machine.

    Shows the registries of the inventory, each URL given here, and those you are logged in to
    with Docker. With none of them it starts a demo registry. On loopback you may delete.
    """
    from reglite.cli.registries_report import describe_start  # noqa: PLC0415
    from reglite.inventory.load import load_inventory  # noqa: PLC0415
    from reglite.server.devserver import run_dev  # noqa: PLC0415

    inventory = load_inventory(config_file=config_file, urls=urls)
    click.echo("\n".join(describe_start(inventory, is_demo_wanted=demo)))
    with suppress(KeyboardInterrupt):  # the way to end it
        run_dev(
            inventory,
            host=host,
            port=port,
            port_was_chosen=ctx.get_parameter_source("port") is not ParameterSource.DEFAULT,
            debug=debug,
            demo=demo or inventory.is_blank,
            open_browser=sys.stdout.isatty() if open_browser is None else open_browser,
            reload=reload,
        )
