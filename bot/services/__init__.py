"""Use cases: the only place where the upstream client and the store meet. Knows nothing of Discord."""
