"""A demo Grok server: the proxy's wire format, real pictures and clips, no model behind it."""
