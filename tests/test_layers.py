"""Which part may import which: the table of the design, held against every file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMPOSITION_ROOT = "bot.__main__"
ASSEMBLY = "bot.assembly"  # a part of it, in a file of its own
OWN_COMMANDS = "bot.own_commands"  # another
LEAVES = {"bot.secret", "bot.traces", "bot.ids"}  # without dependencies: every part of the bot may hold them

# What each room may import beside the standard library, the leaf and itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "bot": frozenset(),
    "bot.secret": frozenset(),
    "bot.traces": frozenset(),
    "bot.ids": frozenset(),
    "bot.errors": frozenset({"msgspec"}),
    "bot.config": frozenset({"msgspec", "bot.errors"}),
    "bot.log": frozenset({"discord", "bot.errors"}),
    "bot.slots": frozenset(),
    "bot.gate": frozenset(),
    "bot.needs": frozenset({"discord"}),
    "bot.gateway": frozenset({"aiohttp", "msgspec", "bot.errors"}),
    "bot.slot_keeper": frozenset({"bot.errors", "bot.gate"}),
    "bot.work": frozenset({"discord", "bot.errors"}),
    "bot.stops": frozenset({"bot.errors"}),
    "bot.background": frozenset(),
    "bot.reload": frozenset({"bot.errors"}),
    "bot.command_sync": frozenset({"discord", "bot.errors"}),
    "bot.shown_options": frozenset({"bot.grok.capabilities"}),
    "bot.demo_processes": frozenset(),
    "bot.demo": frozenset({"bot.demo_processes"}),
    "bot.demo_cluster": frozenset({"bot.demo_processes"}),
    "bot.grok": frozenset({"httpx", "msgspec", "bot.errors"}),
    "bot.workers": frozenset(),
    "bot.files": frozenset({"PIL", "pypdfium2", "bot.workers", "bot.errors"}),
    "bot.media": frozenset({"PIL", "av", "bot.workers", "bot.errors"}),
    "bot.services": frozenset({"bot.files", "bot.media", "bot.grok", "bot.store", "dbos", "bot.errors"}),
    # psycopg: locks that last as long as their connection need one outside SQLAlchemy's pool.
    "bot.store": frozenset({"sqlalchemy", "alembic", "psycopg", "bot.errors"}),
    # aiohttp: its errors come through discord.py unwrapped when a connection breaks.
    # wcwidth, pylatexenc: tables that line up and formulae that can be read.
    "bot.ui": frozenset(
        {
            "discord",
            "aiohttp",
            "wcwidth",
            "pylatexenc",
            "bot.grok.types",
            "bot.grok.capabilities",
            "bot.grok.pool_tokens",
            "bot.slots",
            "bot.errors",
        }
    ),
    "bot.presence": frozenset({"discord", "bot.grok.types", "bot.ui"}),
    "bot.app": frozenset(
        {
            "bot.presence",
            "discord",
            "aiohttp",
            "bot.services",
            "bot.ui",
            "bot.errors",
            "bot.work",
            "bot.stops",
            "bot.background",
            "bot.command_sync",
            "bot.shown_options",
            "bot.gate",
            "bot.needs",
            "bot.slots",
        }
    ),
    # What several cogs share: an answer is asked for by a command, a message, a button or a menu.
    "bot.answering": frozenset({"discord", "bot.app", "bot.services", "bot.ui", "bot.errors"}),
    # What the commands, the buttons and the steps of orders share: cards, and how results come to people.
    "bot.ordering": frozenset(
        {"discord", "aiohttp", "bot.app", "bot.answering.people", "bot.services", "bot.ui", "bot.errors"}
    ),
    # bot.errors: a cog ends its card with the sentence for what went wrong.
    "cogs": frozenset(
        {
            "discord",
            "bot.app",
            "bot.answering",
            "bot.ordering",
            "bot.services",
            "bot.ui",
            "bot.background",
            "bot.errors",
        }
    ),
    # Parts of the program that operators call: each opens what it needs, so they stand above every other room.
    "bot.cli": frozenset(
        {
            "typer",
            "msgspec",
            "rich",
            "dotenv",
            "bot.config",
            "bot.demo",
            "bot.demo_cluster",
            "bot.own_commands",
            "httpx",
            "bot.doctor",
            "bot.upstreams",
            "bot.grok",
            "bot.services",
            "bot.store",
            "bot.ui",
            "bot.log",
            "bot.errors",
        }
    ),
    "bot.doctor": frozenset(
        {
            "aiohttp",
            "discord",
            "msgspec",
            "bot.config",
            "bot.grok",
            "bot.store",
            "bot.needs",
            "bot.errors",
        }
    ),
    "bot.metrics": frozenset({"aiohttp", "prometheus_client", "bot.grok", "bot.errors"}),
    # The file that lists several Grok servers. httpx: the one client of the process is handed on to all of them.
    "bot.upstreams": frozenset({"httpx", "msgspec", "bot.config", "bot.grok", "bot.errors"}),
    "sandbox": frozenset({"aiohttp", "PIL", "av"}),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def room_of(module: str) -> str | None:
    """Return the narrowest room around a module. `bot` is its `__init__` alone: a new file needs a room of its own."""
    rooms = [room for room in MAY_IMPORT if is_within(module, room) and (room != "bot" or module == "bot")]
    return max(rooms, key=len, default=None)


def imports(module: str, source: str) -> Iterator[str]:
    """Yield the full name of all that is imported anywhere in a source: in functions and for type checks too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = node.module or ""
            if node.level:
                package = ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])])
            yield from (f"{package}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from named_in_call(node)


def named_in_call(call: ast.Call) -> Iterator[str]:
    """Yield what `import_module("x")` and `__import__("x")` load."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in {"import_module", "__import__"} and call.args:
        loaded = call.args[0]
        yield loaded.value if isinstance(loaded, ast.Constant) and isinstance(loaded.value, str) else "a computed name"


def forbidden(module: str, source: str) -> list[str]:
    """Return what a module imports and may not."""
    room = room_of(module)
    if module in {COMPOSITION_ROOT, ASSEMBLY, OWN_COMMANDS}:
        return []
    if room is None:
        return [f"{module} stands in no room"]
    own = module if room == "cogs" else room  # a cog is a room of its own
    leaves = set() if room == "sandbox" else LEAVES
    allowed = {own, *MAY_IMPORT[room], *leaves, *sys.stdlib_module_names}
    return [name for name in imports(module, source) if not any(is_within(name, each) for each in allowed)]


def test_no_file_imports_what_its_room_may_not() -> None:
    files = [path for folder in ("bot", "cogs", "sandbox") for path in sorted((ROOT / folder).rglob("*.py"))]
    found = {module_name(path): forbidden(module_name(path), path.read_text(encoding="utf-8")) for path in files}
    assert len(found) > 100
    assert {module: names for module, names in found.items() if names} == {}


def test_nothing_imports_the_composition_root() -> None:
    files = [path for folder in ("bot", "cogs", "sandbox", "bench") for path in (ROOT / folder).rglob("*.py")]
    importing = [
        module_name(path)
        for path in files
        for name in imports(module_name(path), path.read_text(encoding="utf-8"))
        if is_within(name, COMPOSITION_ROOT)
        or (is_within(name, ASSEMBLY) and module_name(path) not in {COMPOSITION_ROOT, OWN_COMMANDS})
        or (is_within(name, OWN_COMMANDS) and not is_within(module_name(path), "bot.cli"))
    ]
    assert importing == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.errors", "import httpx"),
        ("bot.config", "import dotenv"),
        ("bot.secret", "from bot.errors import SettingError"),
        ("bot.work", "from bot.ui import text"),
        ("bot.demo", "import sandbox.server"),
        ("bot.grok.chat", "import discord"),
        ("bot.grok.chat", "from bot.store.memory import Memory"),
        ("bot.store.notes", "import aiosqlite"),
        ("bot.store.notes", "from bot.services.scope import Scope"),
        ("bot.services.chat", "import sqlalchemy.exc"),
        ("bot.services.chat", "import msgspec"),
        ("bot.services.chat", "from bot import ui"),
        ("bot.services.chat", "from ..ui import text"),
        ("bot.ui.order_card", "from bot.services.chat import ChatService"),
        ("bot.ui.order_card", "from bot.grok.client import GrokClient"),
        ("bot.app", "from bot.store.database import Database"),
        ("bot.app", "from bot.__main__ import main"),
        ("cogs.chat", "from cogs.memory import MemoryCog"),
        ("cogs.chat", "from bot.grok.types import ChatRequest"),
        ("cogs.chat", "import aiohttp"),
        ("sandbox.server", "from bot.secret import Secret"),
        ("sandbox.grok.app", "import cogs.chat"),
        ("sandbox.grok.app", "import httpx"),
        ("bot.novelty", "import json"),
        ("bot.ui.order_card", "def late():\n    import httpx"),
        ("bot.ui.order_card", "if TYPE_CHECKING:\n    from bot.store import memory"),
        ("bot.ui.order_card", "importlib.import_module('bot.store')"),
        ("bot.ui.order_card", "__import__(chosen)"),
    ],
)
def test_a_forbidden_import_is_caught(module: str, source: str) -> None:
    assert len(forbidden(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.ui.order_card", "import discord\nfrom bot.grok.types import MediaRef\nfrom bot.ui import text"),
        ("bot.services.chat", "from .scope import Scope\nfrom bot.secret import Secret\nimport asyncio"),
        ("cogs.chat", "from discord.ext import commands\nfrom bot.app import GrokBot"),
        ("sandbox.grok.film", "import av\nfrom PIL import Image\nfrom sandbox.grok import paint"),
        ("bot.__main__", "import typer, discord\nfrom bot.store.database import Database"),
    ],
)
def test_an_allowed_import_passes(module: str, source: str) -> None:
    assert forbidden(module, source) == []
