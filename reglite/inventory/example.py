"""What ``reglite init`` does: the commented inventory, written for its new owner to edit."""

from pathlib import Path

from reglite.config.installation import find_packaged
from reglite.errors import RegliteError


def write_example(out: Path, *, overwrites: bool) -> None:
    """Write the commented inventory; raises RegliteError where a file is in the way."""
    text = find_packaged("inventory.example.yaml").read_text("utf-8")
    try:
        with out.open("w" if overwrites else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise RegliteError(
            f"{out} is there already: choose another with --out, or overwrite with --force"
        ) from exc
    except OSError as exc:
        raise RegliteError(f"{out} can't be written: {exc.strerror}") from exc
