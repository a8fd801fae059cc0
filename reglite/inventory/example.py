"""What ``reglite init`` does: the commented inventory, written for its new owner to edit."""

from pathlib import Path

from reglite.config.installation import find_packaged
from reglite.errors import RegliteError
from reglite.output.folder import NO_FILE, open_folder


def write_example(out: Path, *, overwrites: bool) -> None:
    """Write the commented inventory; raises RegliteError where a file is in the way."""
    body = find_packaged("inventory.example.yaml").read_bytes()
    try:
        if overwrites:
            _overwrite(out, body)
        else:
            with out.open("xb") as file:
                file.write(body)
    except FileExistsError as exc:
        raise RegliteError(
            f"{out} is there already: choose another with --out, or overwrite with --force"
        ) from exc
    except OSError as exc:
        raise RegliteError(f"{out} can't be written: {exc.strerror}") from exc


def _overwrite(out: Path, body: bytes) -> None:
    with open_folder(out.parent, is_public=False) as folder:
        if folder.find_digest(out.name) == NO_FILE:
            raise RegliteError(f"{out} is a link or no file: name the file itself with --out")
        folder.clear()
        folder.write(out.name, body)
