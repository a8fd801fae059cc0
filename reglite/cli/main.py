"""The group ``reglite``; what a command does is imported inside it, so that help is quick.

Exit codes: 0 fine, 1 the work failed, 2 usage or configuration.
"""

import sys
from io import TextIOWrapper
from typing import Any

import click

from reglite import __version__
from reglite.cli.build import build
from reglite.cli.check import check
from reglite.cli.dev import dev
from reglite.cli.init import init
from reglite.cli.openapi import openapi
from reglite.cli.package import package
from reglite.cli.serve import serve
from reglite.errors import RegliteError

_ENVIRONMENT = """
\b
Environment (a flag wins over its variable):
  REGLITE_CONFIG_FILE  an inventory file
  REGLITE_INVENTORY    the inventory's YAML itself
  REGLITE_REGISTRIES   URLs of registries, space-separated
  REGLITE_HOST, REGLITE_PORT, REGLITE_BASE_PATH, REGLITE_DEBUG
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


for command in (dev, serve, build, init, check, package, openapi):
    main.add_command(command)
