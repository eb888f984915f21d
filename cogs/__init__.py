"""Slash commands, context menus and buttons: one file per family, each a thin layer over `bot.services`."""
