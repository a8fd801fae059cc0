"""The command line, ``reglite``; what a command does is imported inside it, so that help is quick.

Exit codes: 0 fine, 1 the work failed, 2 usage or configuration.
"""

import sys
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from reglite import __version__
from reglite.cli_options import (
    base_path_option,
    check_api_base,
    check_python,
    config_option,
    debug_option,
    host_option,
    port_option,
)
from reglite.errors import RegliteError

_ENVIRONMENT = """
\b
Environment (a flag wins over its variable):
  REGLITE_CONFIG_FILE  an inventory file
  REGLITE_INVENTORY    the inventory's YAML itself
  REGLITE_REGISTRIES   URLs of registries, space-separated
  REGLITE_HOST, REGLITE_PORT, REGLITE_DEBUG
  REGLITE_AUDIT_DIR    a folder for the audit log, a file a day
"""


class _Failure(click.ClickException):
    """A RegliteError as click shows it: one message on stderr, without a traceback."""

    def __init__(self, error: RegliteError) -> None:
        super().__init__(error.message)
        # click types this as a class variable and reads it from the instance.
        vars(self)["exit_code"] = error.exit_code


class _Commands(click.Group):
    """A group that turns RegLite's errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; every RegliteError ends here."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                # A letter that the terminal's encoding lacks must not end the command.
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except RegliteError as exc:
            raise _Failure(exc) from exc

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of the work, not of the alphabet."""
        return list(self.commands)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_ENVIRONMENT
)
@click.version_option(__version__, prog_name="reglite")
def main() -> None:
    """RegLite: see what your Docker and OCI registries hold, and clean up.

    Start with `reglite dev`, or `reglite dev https://registry.example.com`.
    """


@main.command()
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
    from reglite.devserver import run_dev  # noqa: PLC0415
    from reglite.inventory import load_inventory  # noqa: PLC0415
    from reglite.inventory_summary import describe_start  # noqa: PLC0415

    inventory = load_inventory(config_file=config_file, urls=urls)
    _print_lines(describe_start(inventory, is_demo_wanted=demo))
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


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@main.command()
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
    from reglite.devserver import run_serve  # noqa: PLC0415
    from reglite.inventory import load_inventory  # noqa: PLC0415
    from reglite.inventory_summary import describe_access, describe_registries  # noqa: PLC0415

    inventory = load_inventory(config_file=config_file)
    _print_lines(describe_registries(inventory))
    _print_lines(describe_access(inventory.access))
    with suppress(KeyboardInterrupt):  # the way to end it
        run_serve(inventory, host=host, port=port, base_path=base_path, debug=debug)


@main.command()
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
    from reglite.api.openapi import build_openapi  # noqa: PLC0415
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


@main.command()
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
    from reglite.inventory_example import write_example  # noqa: PLC0415

    write_example(out, overwrites=force)
    click.echo(f"Wrote {out}: edit it, then run  reglite check -c {out}")


@main.command()
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
    from reglite.check import choose_registries, run_check  # noqa: PLC0415
    from reglite.check_report import format_json, format_text  # noqa: PLC0415
    from reglite.inventory import load_inventory  # noqa: PLC0415

    inventory = choose_registries(load_inventory(config_file=config_file), names)
    for note in inventory.notes:
        click.echo(f"Note: {note}", err=True)
    reports = run_check(inventory, with_leftovers=leftovers)
    click.echo(format_json(reports) if as_json else format_text(reports))
    ctx.exit(0 if all(report.is_fine for report in reports) else 1)


@main.command()
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


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the whole API."""
    import json  # noqa: PLC0415

    from reglite.api.openapi import build_openapi  # noqa: PLC0415

    click.echo(json.dumps(build_openapi(), indent=2, ensure_ascii=False))
