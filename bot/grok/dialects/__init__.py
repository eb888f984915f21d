"""The ways in which upstreams speak, one file each, and which one a name stands for."""

from __future__ import annotations

from bot.grok.dialects.adaptive import ADAPTIVE
from bot.grok.dialects.forms import Dialect
from bot.grok.dialects.grok2api import GROK2API
from bot.grok.dialects.grok2api_go import GROK2API_GO
from bot.grok.dialects.grok2api_jobs import GROK2API_JOBS
from bot.grok.dialects.openai import OPENAI
from bot.grok.dialects.xai import XAI

AUTO = "auto"  # found out by asking: see `bot.grok.finding`
DIALECTS = {each.name: each for each in (GROK2API, GROK2API_JOBS, GROK2API_GO, XAI, OPENAI, ADAPTIVE)}

__all__ = ["ADAPTIVE", "AUTO", "DIALECTS", "GROK2API", "GROK2API_GO", "GROK2API_JOBS", "OPENAI", "XAI", "Dialect"]
