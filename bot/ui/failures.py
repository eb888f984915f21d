"""How a request to Discord fails: what whoever sends one has to expect."""

from __future__ import annotations

import json

import aiohttp
import discord

# discord.py passes on, as it is, what breaks off a connection, and what comes of a body that is called JSON and is
# none: gateways answer so when Discord is away.
DISCORD_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, json.JSONDecodeError)
