"""One process that serves the pages and the whole API: behind ``reglite dev`` and ``serve``."""
