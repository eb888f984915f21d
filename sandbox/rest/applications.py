"""Routes about the bot itself: its user, its application, the gateway's address."""

from __future__ import annotations

from dataclasses import replace

from sandbox.errors import Problems, unknown
from sandbox.gateway.hub import Hub
from sandbox.payloads import Payloads
from sandbox.rest.call import Call, Reply, Route, rule
from sandbox.shapes import Json
from sandbox.validate.fields import check_text
from sandbox.world import World

# GATEWAY_MESSAGE_CONTENT_LIMITED and GATEWAY_GUILD_MEMBERS_LIMITED: small apps get privileged intents by asking.
_APPLICATION_FLAGS = 1 << 19 | 1 << 15
_READ = rule("application read")
_GATEWAY = rule("gateway")
_USERS = rule("users")


class ApplicationRoutes:
    """Handlers for `/users`, `/applications/@me`, `/oauth2` and `/gateway`."""

    def __init__(self, world: World, payloads: Payloads, hub: Hub, *, shards: int) -> None:
        self._world = world
        self._payloads = payloads
        self._hub = hub
        self._shards = shards

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", "/users/@me", self.me, _USERS),
            Route("PATCH", "/users/@me", self.rename, _USERS),
            Route("POST", "/users/@me/channels", self.open_dm, rule("dm open")),
            Route("GET", "/users/{user}", self.user, _USERS),
            Route("GET", "/oauth2/applications/@me", self.application, _READ),
            Route("GET", "/applications/@me", self.application, _READ),
            Route("GET", "/gateway", self.gateway, _GATEWAY, False),
            Route("GET", "/gateway/bot", self.gateway_bot, _GATEWAY),
        ]

    def me(self, _call: Call) -> Reply:
        """Return the bot's own user."""
        own = {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None, "premium_type": 0, "bio": ""}
        return {**self._payloads.user(self._world.bot.id), **own}

    def rename(self, call: Call) -> Reply:
        """Change the bot's name; pictures are taken and forgotten."""
        problems = Problems()
        name = call.body.get("username")
        check_text(problems, ("username",), name, 32, low=2)
        problems.check()
        if name is not None:
            self._world.set_bot(replace(self._world.bot, display_name=str(name)))
        return self.me(call)

    def user(self, call: Call) -> Reply:
        """Return any user."""
        user_id = call.id("user")
        if user_id not in self._world.users:
            raise unknown("User")
        return self._payloads.user(user_id)

    def open_dm(self, call: Call) -> Reply:
        """Open the direct messages with a person."""
        text = str(call.body.get("recipient_id", ""))
        user_id = int(text) if text.isdecimal() else 0
        if user_id not in self._world.users or user_id == self._world.bot.id:
            raise unknown("User")
        channel = self._world.open_dm(self._world.bot.id, user_id)
        return self._payloads.channel(channel, self._world.bot.id)

    def application(self, _call: Call) -> Reply:
        """Return the application, which belongs to the default person."""
        bot = self._world.bot
        shape: Json = {
            "id": str(bot.id),
            "name": bot.display_name,
            "icon": None,
            "description": "",
            "type": None,
            "bot": self._payloads.user(bot.id),
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": _APPLICATION_FLAGS,
            "flags_new": str(_APPLICATION_FLAGS),
            "owner": self._payloads.user(self._world.people[0]),
            "team": None,
            "hook": True,
            "is_monetized": False,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "approximate_guild_count": len(self._world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "eligible_oauth2_scopes": [],
            "integration_types_config": {"0": {}, "1": {}},
        }
        return shape

    def gateway(self, _call: Call) -> Reply:
        """Return the gateway's address."""
        return {"url": self._hub.gateway_url}

    def gateway_bot(self, _call: Call) -> Reply:
        """Return the gateway's address and how many shards to use."""
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": max(1, self._shards)}
        return {"url": self._hub.gateway_url, "shards": self._shards, "session_start_limit": starts}
