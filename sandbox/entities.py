"""Discord's JSON for users, members, roles, guilds and emoji, which need no world to be written."""

from __future__ import annotations

from sandbox.model import Guild, Member, Role, User
from sandbox.shapes import Json


def emoji_shape(emoji: str) -> Json:
    """Return the JSON of a reaction's emoji: a character, or name:id."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def user_shape(user: User) -> Json:
    """Return a user."""
    shape: Json = {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.is_bot else "0",
        "global_name": None if user.is_bot else user.display_name,
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "primary_guild": None,
    }
    return {**shape, "username": user.display_name, "bot": True} if user.is_bot else shape


def member_shape(member: Member) -> Json:
    """Return a member without the user."""
    return {
        "roles": [str(role_id) for role_id in member.role_ids],
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": member.joined_at,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def role_shape(role: Role) -> Json:
    """Return a role."""
    shape: Json = {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.bot_id is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return shape if role.bot_id is None else {**shape, "tags": {"bot_id": str(role.bot_id)}}


def guild_shape(guild: Guild) -> Json:
    """Return a guild as REST shows it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "roles": [role_shape(role) for role in guild.roles.values()],
        **dict.fromkeys(_ABSENT),
        **_GUILD_DEFAULTS,
    }


_ABSENT = (
    "icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id",
    "widget_channel_id", "system_channel_id", "rules_channel_id", "public_updates_channel_id", "vanity_url_code",
    "safety_alerts_channel_id", "incidents_data", "max_presences",
)  # fmt: skip
_GUILD_DEFAULTS: Json = {
    "features": [],
    "emojis": [],
    "stickers": [],
    "region": "local",
    "afk_timeout": 300,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "verification_level": 0,
    "default_message_notifications": 1,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_members": 500_000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "preferred_locale": "en-US",
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
}
