"""Finds the templates: in a checkout beside the package, in a wheel inside it."""

from pathlib import Path

from reglite.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent.parent


def find_templates() -> Path:
    """Return the folder of templates, catalogues and assets; a checkout wins over a wheel's copy.

    Raises ConfigurationError where the installation has neither.
    """
    for folder in (_PACKAGE.parent / "site_templates", _PACKAGE / "_site_templates"):
        if (folder / "layouts" / "base.html").is_file():
            return folder
    raise ConfigurationError(
        f"The UI's templates are missing from this installation ({_PACKAGE}). "
        "Install RegLite again; in a checkout, restore the folder site_templates."
    )
