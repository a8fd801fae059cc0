"""``reglite serve``: the UI and the API for others."""

from contextlib import suppress

import click

from reglite.cli.options import (
    base_path_option,
    config_option,
    debug_option,
    host_option,
    port_option,
)


@click.command()
@config_option
@host_option
@port_option
@base_path_option
@debug_option
def serve(*, config_file: str | None, host: str, port: int, base_path: str, debug: bool) -> None:
    """Serve the UI and the API for others.

    For a server or a container: no reload, an access log, a graceful shutdown. Nobody deletes
    until the inventory's `access:` section says who may.
    """
    from reglite.cli.access_report import describe_access  # noqa: PLC0415
    from reglite.cli.registries_report import describe_registries  # noqa: PLC0415
    from reglite.inventory.load import load_inventory  # noqa: PLC0415
    from reglite.server.devserver import run_serve  # noqa: PLC0415

    inventory = load_inventory(config_file=config_file)
    lines = [*describe_registries(inventory), *describe_access(inventory.access)]
    click.echo("\n".join(lines))
    with suppress(KeyboardInterrupt):  # the way to end it
        run_serve(inventory, host=host, port=port, base_path=base_path, debug=debug)
