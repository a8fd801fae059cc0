"""``python -m reglite``."""

from reglite.cli import main

main()
