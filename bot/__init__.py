"""Grokcord: a Discord bot for Grok."""
