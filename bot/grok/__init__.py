"""The upstream client: requests in, typed events out. Knows nothing of Discord and nothing of the store."""
