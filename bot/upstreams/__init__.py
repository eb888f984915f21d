"""The list of Grok servers: one by its settings, or several in a file."""
