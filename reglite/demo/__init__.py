"""The embedded in-memory registry behind ``reglite dev --demo`` and most tests."""
