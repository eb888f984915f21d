"""Discord's REST API, v10: a gate that every request passes, and one file of handlers per family of routes."""
