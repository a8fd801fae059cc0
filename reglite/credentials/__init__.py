"""Where credentials come from: the inventory, Docker's config and its helpers, AWS."""
