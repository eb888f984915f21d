"""A local Discord (REST and gateway) with a web page, and a demo Grok server. Knows nothing of the bot it serves."""
