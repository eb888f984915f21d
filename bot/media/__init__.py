"""Make finished files fit where they go, in worker processes. Knows nothing of Discord and of Grok."""
