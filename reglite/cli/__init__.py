"""The command line: a file per command, declarations only; the work is imported inside."""
