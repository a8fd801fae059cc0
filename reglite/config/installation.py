"""Where the files lie that travel with the package: beside it, or inside it in a wheel."""

from pathlib import Path
from typing import Final

import reglite
from reglite.errors import ConfigurationError

PACKAGE: Final = Path(reglite.__file__).parent


def find_packaged(name: str) -> Path:
    """Return a file or folder of the checkout's top level, or its copy in an installed wheel.

    A wheel's copy is ``reglite/_NAME``: no other package of that name can take its place.
    """
    installed = PACKAGE / f"_{name}"
    return installed if installed.exists() else PACKAGE.parent / name


def list_functions() -> dict[str, Path]:
    """Return the modules of ``functions/`` by name, sorted."""
    folder = find_packaged("functions")
    return {p.stem: p for p in sorted(folder.glob("*.py")) if not p.stem.startswith("_")}


def find_templates() -> Path:
    """Return the folder of templates, catalogues and assets.

    Raises ConfigurationError where the installation has none.
    """
    folder = find_packaged("site_templates")
    if (folder / "layouts" / "base.html").is_file():
        return folder
    raise ConfigurationError(
        f"The UI's templates are missing from this installation ({PACKAGE}). "
        "Install RegLite again; in a checkout, restore the folder site_templates."
    )
