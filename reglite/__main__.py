"""``python -m reglite``."""

from reglite.cli.main import main

main()
