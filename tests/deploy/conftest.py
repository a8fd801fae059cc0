from pathlib import Path

import pytest

from reglite.bundle.package import Package
from tests.support.osls import package_template


@pytest.fixture(scope="session")
def template(packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share the deployment's CloudFormation template."""
    built = next(iter(packages.values())).path.parent
    return package_template(built.iterdir(), tmp_path_factory.mktemp("osls"))
