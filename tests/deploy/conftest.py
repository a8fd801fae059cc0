from pathlib import Path

import pytest

from reglite.bundle.package import Package
from tests.support.osls import TEMPLATE, package_template
from tests.support.sharing import make_once

# One that osls would fill in itself.
INVENTORY = (
    'inventory:\n  nas: {url: "http://n", username: "${NAS:-ana}", password: "${ssm:/reglite/n}"}\n'
    'access: {tokens: [{name: ci, token: "${secretsmanager:reglite/ci}", role: viewer}]}'
)


@pytest.fixture(scope="session")
def template(packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share the deployment's CloudFormation template."""
    built = next(iter(packages.values())).path.parent

    def make(folder: Path) -> None:
        package_template(built.iterdir(), folder, REGLITE_INVENTORY=INVENTORY)

    folder = make_once(tmp_path_factory, "osls", make)
    return folder / TEMPLATE
