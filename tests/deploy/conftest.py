from pathlib import Path

import pytest

from reglite.bundle.catch_all import CATCH_ALL, CATCH_ALLS, UNMATCHED
from reglite.bundle.package import Package
from tests.support.osls import TEMPLATE, package_template
from tests.support.sharing import make_once

# One that osls would fill in itself.
INVENTORY = (
    'inventory:\n  nas: {url: "http://n", username: "${NAS:-ana}", password: "${ssm:/reglite/n}"}\n'
    'access: {tokens: [{name: ci, token: "${secretsmanager:reglite/ci}", role: viewer}]}'
)


def find_module(zip_name: str) -> str:
    """Return the path of the module that holds a zip's handler, without its suffix."""
    if zip_name == UNMATCHED:
        return f"reglite/api/{UNMATCHED}"
    return f"reglite/api/{CATCH_ALL}" if zip_name in CATCH_ALLS else f"functions/{zip_name}"


@pytest.fixture(scope="session")
def template(packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share the deployment's CloudFormation template."""
    built = next(iter(packages.values())).path.parent

    def make(folder: Path) -> None:
        package_template(built.iterdir(), folder, REGLITE_INVENTORY=INVENTORY)

    folder = make_once(tmp_path_factory, "osls", make)
    return folder / TEMPLATE
