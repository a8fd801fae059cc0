"""The inventory: which registries there are, how each is reached, and who may do what."""
