"""Routes of guilds and their members.

Source: https://discord.com/developers/docs/resources/guild
"""

from __future__ import annotations

from itertools import islice

from sandbox.entities import guild_shape, role_shape
from sandbox.errors import unknown
from sandbox.payloads import Payloads
from sandbox.rest.access import Access
from sandbox.rest.call import Call, Reply, Route, rule
from sandbox.world import World

_READ = rule("guild read", "guild")


class GuildRoutes:
    """Handlers for `/guilds/{guild}`."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world = world
        self._payloads = payloads
        self._access = Access(world)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", "/users/@me/guilds", self.index, rule("guild list")),
            Route("GET", "/guilds/{guild}", self.get, _READ),
            Route("GET", "/guilds/{guild}/channels", self.channels, _READ),
            Route("GET", "/guilds/{guild}/roles", self.roles, _READ),
            Route("GET", "/guilds/{guild}/members", self.members, _READ),
            Route("GET", "/guilds/{guild}/members/{user}", self.member, _READ),
            Route("GET", "/guilds/{guild}/threads/active", self.threads, _READ),
        ]

    def index(self, _call: Call) -> Reply:
        """Return the bot's guilds in short."""
        keys = ("id", "name", "icon", "banner", "features")
        shapes = [guild_shape(guild) for guild in self._world.guilds.values()]
        return [{**{key: shape[key] for key in keys}, "owner": False, "permissions": "0"} for shape in shapes]

    def get(self, call: Call) -> Reply:
        """Return a guild."""
        guild = self._access.guild(call)
        shape = guild_shape(guild)
        if call.query.get("with_counts") in {"true", "1", "True"}:
            shape |= {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
        return shape

    def channels(self, call: Call) -> Reply:
        """Return a guild's channels, without threads."""
        guild = self._access.guild(call)
        own = [c for c in self._world.channels.values() if c.guild_id == guild.id and not c.thread]
        return [self._payloads.channel(channel, self._world.bot.id) for channel in own]

    def threads(self, call: Call) -> Reply:
        """Return a guild's open threads."""
        guild = self._access.guild(call)
        own = [c for c in self._world.channels.values() if c.guild_id == guild.id]
        open_ = [c for c in own if c.thread and not c.thread.is_archived]
        return {"threads": [self._payloads.channel(c, self._world.bot.id) for c in open_], "members": []}

    def roles(self, call: Call) -> Reply:
        """Return a guild's roles."""
        return [role_shape(role) for role in self._access.guild(call).roles.values()]

    def members(self, call: Call) -> Reply:
        """Return members by id, in pages."""
        guild, after = self._access.guild(call), call.query_id("after") or 0
        limit = min(1000, int(call.query.get("limit", "1")))
        later = (user_id for user_id in sorted(guild.members) if user_id > after)
        return [self._payloads.member(guild, user_id) for user_id in islice(later, limit)]

    def member(self, call: Call) -> Reply:
        """Return one member."""
        guild, user_id = self._access.guild(call), call.id("user")
        if user_id not in guild.members:
            raise unknown("Member" if user_id in self._world.users else "User")
        return self._payloads.member(guild, user_id)
