from pathlib import Path

import pytest

from reglite.bundle.package import Package
from tests.support.osls import TEMPLATE, package_template
from tests.support.sharing import make_once


@pytest.fixture(scope="session")
def template(packages: dict[str, Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share the deployment's CloudFormation template."""
    built = next(iter(packages.values())).path.parent
    folder = make_once(
        tmp_path_factory, "osls", lambda folder: package_template(built.iterdir(), folder)
    )
    return folder / TEMPLATE
