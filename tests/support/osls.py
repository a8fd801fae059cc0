"""The deployment's CloudFormation, as osls packages it offline out of ``serverless.yml``."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support.availability import find_program, give_up

CHECKOUT = Path(__file__).parents[2]
SETTINGS = CHECKOUT / "serverless.yml"
_OSLS = CHECKOUT / "node_modules" / "serverless" / "bin" / "serverless.js"
_WRAPPER = CHECKOUT / "tools" / "osls.sh"
TEMPLATE = Path(".serverless", "cloudformation-template-update-stack.json")


def package_template(
    zips: Iterable[Path], folder: Path, *, settings: str | None = None, **variables: str
) -> Path:
    """Run ``osls package`` as ``make package`` does, with these zips; return the template's path.

    ``settings`` stands in for the text of ``serverless.yml``. No AWS credentials are there, and
    none of its addresses can be reached.
    """
    node = find_program("node", "nodejs")
    if not _OSLS.is_file():
        give_up("osls is not installed; 'make test' installs it through npm")
    (folder / SETTINGS.name).write_text(settings or SETTINGS.read_text("utf-8"), "utf-8")
    shutil.copytree(CHECKOUT / "deploy" / "lambda", folder / "deploy" / "lambda")
    built = folder / "build" / "functions"
    built.mkdir(parents=True)
    for path in zips:
        (built / path.name).symlink_to(path)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "REGLITE_"))}
    done = subprocess.run(
        ["sh", str(_WRAPPER), node, str(_OSLS), "package"],
        cwd=folder,
        env=kept | {"HOME": str(folder), "http_proxy": "http://127.0.0.1:9"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / TEMPLATE


def lint_template(template: Path) -> str:
    """Return what cfn-lint finds in a template: nothing, or a report."""
    # W3005: osls says what depends on what even where that is clear without.
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "-i", "W3005", "-t", template],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def read_resources(template: Path, kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of every resource of one type, by its logical name."""
    resources = json.loads(template.read_text("utf-8"))["Resources"]
    return {k: r.get("Properties", {}) for k, r in resources.items() if r["Type"] == kind}
