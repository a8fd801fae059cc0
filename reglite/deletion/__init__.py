"""Plans, deletions, untagging, undo and the audit log."""
