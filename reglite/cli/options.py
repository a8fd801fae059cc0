"""Options that several commands share, and the checks of what is given for them."""

from typing import Any

import click

from reglite.reference import shorten


def _check_base_path(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if not value.startswith("/") or value.startswith("//") or set(value) & set("?#\\\"'<> "):
        message = "must be a path such as / or /reglite/"
        raise click.BadParameter(message, ctx=ctx, param=param)
    return value.rstrip("/") + "/"


def check_api_base(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Return where the API answers, normalised; an empty value is the pages' own origin."""
    if not value:
        return value
    from reglite.config.registry_url import parse_api_url  # noqa: PLC0415
    from reglite.errors import ConfigurationError  # noqa: PLC0415 - help is quick without it

    try:
        return parse_api_url(value)
    except ConfigurationError as exc:
        raise click.BadParameter(exc.message, ctx=ctx, param=param) from exc


def _check_file_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value == "":  # a variable of the shell that is not set, not a wish for the default
        raise click.BadParameter("names no file", ctx=ctx, param=param)
    return value


def check_python(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Refuse what is no version of a Python that RegLite runs on."""
    major, dot, minor = value.partition(".")
    if not (major == "3" and dot and minor.isdecimal() and int(minor) >= 11):
        raise click.BadParameter("must be a version such as 3.13", ctx=ctx, param=param)
    return value


config_option = click.option(
    "-c",
    "--config",
    "config_file",
    metavar="FILE",
    callback=_check_file_name,
    help="Inventory to read. [default: REGLITE_CONFIG_FILE, else inventory.yaml if it is there]",
)
host_option = click.option(
    "--host",
    envvar="REGLITE_HOST",
    show_envvar=True,
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Loopback is for you alone; any other needs a sign-in to delete.",
)


class _Port(click.IntRange):
    """A port; what Kubernetes puts into REGLITE_PORT for a service named reglite is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the port, or explain what is left aside."""
        if isinstance(value, str) and value.startswith(("tcp://", "udp://")):
            click.echo(
                f"REGLITE_PORT={shorten(value)} comes from Kubernetes, for a service named "
                f"reglite, and is left aside: {DEFAULT_PORT} it is. To be rid of this, set "
                "enableServiceLinks: false in the pod, or name the service otherwise.",
                err=True,
            )
            return DEFAULT_PORT
        return int(super().convert(value, param, ctx))


DEFAULT_PORT = 8080
port_option = click.option(
    "--port",
    envvar="REGLITE_PORT",
    show_envvar=True,
    type=_Port(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 takes any free one. Under dev a busy default moves to the next.",
)
debug_option = click.option(
    "--debug", is_flag=True, envvar="REGLITE_DEBUG", show_envvar=True, help="Log in detail."
)
base_path_option = click.option(
    "--base-path",
    envvar="REGLITE_BASE_PATH",
    show_envvar=True,
    default="/",
    show_default=True,
    callback=_check_base_path,
    help="Path under which a reverse proxy or static host shows RegLite.",
)
