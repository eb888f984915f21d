"""The parts of the sandbox that need no socket: permissions, mentions, pictures, links, ids, sessions."""

from __future__ import annotations

import pytest

from sandbox import permissions as may
from sandbox.cdn import LINK_LIFE_S, Signer, content_type, find_range
from sandbox.gateway.session import Hangup, Session
from sandbox.images import find_size
from sandbox.mentions import Allowed, find_mentions, read_allowed
from sandbox.model import Attachment, Body, ChannelType, Mentions, MessageFlag, Overwrite
from sandbox.snowflake import Snowflakes, created_s, shard_of
from sandbox.uploads import safe_name
from sandbox.world import World, seeded
from tests.sandbox.play import HandClock


@pytest.fixture
def hand() -> HandClock:
    return HandClock()


@pytest.fixture
def world(hand: HandClock) -> World:
    return seeded(hand.clock())


def named(world: World, name: str) -> int:
    return next(user.id for user in world.users.values() if user.name == name)


class TestPermissions:
    def test_owner_may_everything_and_a_stranger_nothing(self, world: World) -> None:
        channel = next(c for c in world.channels.values() if c.name == "general")
        assert world.may(named(world, "you"), channel) == may.ALL
        assert world.may(1, channel) == 0

    def test_role_adds_to_what_everyone_may(self, world: World) -> None:
        channel = next(c for c in world.channels.values() if c.name == "general")
        ada, linus = world.may(named(world, "ada"), channel), world.may(named(world, "linus"), channel)
        assert linus & ~ada == may.MANAGE_MESSAGES

    def test_own_overwrite_beats_roles_which_beat_everyone(self, world: World) -> None:
        guild = next(iter(world.guilds.values()))
        channel = next(c for c in world.channels.values() if c.name == "general")
        ada = named(world, "ada")
        role = world.add_role(guild, "Writers", 0, [ada])
        channel.overwrites[guild.id] = Overwrite(0, may.SEND_MESSAGES, is_member=False)
        assert not world.may(ada, channel) & may.SEND_MESSAGES
        channel.overwrites[role.id] = Overwrite(may.SEND_MESSAGES, 0, is_member=False)
        assert world.may(ada, channel) & may.SEND_MESSAGES
        channel.overwrites[ada] = Overwrite(0, may.SEND_MESSAGES, is_member=True)
        assert not world.may(ada, channel) & may.SEND_MESSAGES

    def test_who_cannot_see_a_channel_may_nothing_there(self, world: World) -> None:
        channel = next(c for c in world.channels.values() if c.name == "general")
        channel.overwrites[named(world, "ada")] = Overwrite(0, may.VIEW_CHANNEL, is_member=True)
        assert world.may(named(world, "ada"), channel) == 0

    def test_private_thread_is_for_its_members_and_moderators(self, world: World) -> None:
        channel = next(c for c in world.channels.values() if c.name == "general")
        thread = world.start_thread(channel, "secret", named(world, "linus"), is_private=True)
        assert world.sees(named(world, "linus"), thread)
        assert not world.sees(named(world, "ada"), thread)
        assert world.sees(named(world, "you"), thread)

    def test_direct_messages_are_for_their_two_ends(self, world: World) -> None:
        direct = world.open_dm(world.bot.id, named(world, "ada"))
        assert direct.type is ChannelType.DM
        assert world.open_dm(named(world, "ada"), world.bot.id) is direct
        assert not world.sees(named(world, "you"), direct)


class TestMessages:
    def test_filling_a_thinking_message_is_no_edit_but_the_next_change_is(self, world: World) -> None:
        channel = next(c for c in world.channels.values() if c.name == "general")
        message = world.post(channel, world.bot.id, Body(flags=MessageFlag.LOADING))
        assert world.edit(message, Body("first")).edited_at is None
        assert world.edit(message, Body("second")).edited_at is not None
        assert [version.content for version in message.versions] == ["", "first", "second"]

    def test_deleting_forgets_the_files(self, world: World) -> None:
        channel = next(c for c in world.channels.values() if c.name == "general")
        file = Attachment(5, channel.id, "a.txt", "text/plain", b"a")
        message = world.post(channel, world.bot.id, Body(attachments=(file,)))
        assert 5 in world.files
        world.delete(channel, [message])
        assert 5 not in world.files


class TestMentions:
    USERS, ROLES = frozenset({1, 2}), frozenset({9})

    def find(self, text: str, allowed: Allowed, replied_to: int | None = None) -> Mentions:
        everyone = True
        return find_mentions(
            text, allowed, users=self.USERS, roles=self.ROLES, may_ping_everyone=everyone, replied_to=replied_to
        )

    def test_everything_pings_by_default_once_and_only_if_it_exists(self) -> None:
        found = self.find("<@1> <@!1> <@3> <@&9> @here", Allowed())
        assert found == Mentions((1,), (9,), True)

    def test_code_never_pings(self) -> None:
        assert self.find("`<@1>` ```\n@everyone <@2>```", Allowed()) == Mentions()

    def test_only_named_users_ping_when_a_list_is_given(self) -> None:
        assert self.find("<@1> <@2> @everyone", read_allowed({"parse": [], "users": ["2"]})) == Mentions((2,))

    def test_reply_pings_unless_told_not_to(self) -> None:
        assert self.find("hi", Allowed(), replied_to=2) == Mentions((2,))
        assert self.find("hi", read_allowed({"parse": ["users"], "replied_user": False}), replied_to=2) == Mentions()


SIZES = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\2", (256, 2)),
    "gif": (b"GIF89a\x03\x00\x04\x00", (3, 4)),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08\x00\x05\x00\x06", (6, 5)),
    "webp lossy": (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x07\x00\x08\x00", (7, 8)),
    "webp lossless": (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + ((9 - 1) | (10 - 1) << 14).to_bytes(4, "little"), (9, 10)),
    "webp extended": (b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0a\x00\x00\x0b\x00\x00", (11, 12)),
}


@pytest.mark.parametrize(("data", "size"), SIZES.values(), ids=SIZES)
def test_size_of_a_picture_is_read_from_its_header(data: bytes, size: tuple[int, int]) -> None:
    assert find_size(data) == size


@pytest.mark.parametrize("data", [data for data, _ in SIZES.values()], ids=SIZES)
def test_cut_or_foreign_headers_have_no_size(data: bytes) -> None:
    assert all(find_size(data[:cut]) is None for cut in range(len(data) - 1))
    assert find_size(b"hello") is None


def test_signed_link_works_for_a_day_and_for_its_own_file(hand: HandClock) -> None:
    signer = Signer(hand.clock())
    file, other = (Attachment(number, 7, "ä b.png", "image/png", b"") for number in (1, 2))
    query = dict(pair.split("=") for pair in signer.link(file).partition("?")[2].strip("&").split("&"))
    assert signer.allows(file, query)
    assert not signer.allows(other, query)
    assert not signer.allows(file, {**query, "ex": "ffffffff"})
    hand.turn(LINK_LIFE_S)
    assert not signer.allows(file, query)


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("bytes=0-3", (0, 4)), ("bytes=2-", (2, 10)), ("bytes=-4", (6, 10)), ("bytes=5-99", (5, 10)),
     ("bytes=0-1,4-5", None), ("lines=1-2", None), ("bytes=-", None)],
)  # fmt: skip
def test_byte_range_is_read(header: str | None, expected: tuple[int, int] | None) -> None:
    assert find_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=4-3"])
def test_range_outside_the_file_is_an_error(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        find_range(header, 10)


def test_content_type_goes_by_the_name() -> None:
    assert [content_type(name) for name in ("a.MP4", "b.webp", "c")] == [
        "video/mp4", "image/webp", "application/octet-stream"
    ]  # fmt: skip


def test_file_names_lose_paths_and_odd_characters() -> None:
    assert [safe_name(name) for name in ("../a b.txt", "SPOILER_ü.png", "//")] == ["a_b.txt", "SPOILER_ü.png", "file"]


def test_ids_grow_when_the_clock_stands_or_goes_back() -> None:
    now = [1_800_000_000.0]
    ids = Snowflakes(lambda: now[0])
    made = [ids.next(), ids.next()]
    now[0] -= 5
    made.append(ids.next())
    assert made == sorted(set(made))
    assert created_s(made[0]) == 1_800_000_000.0


def test_direct_messages_belong_to_the_first_shard() -> None:
    assert (shard_of(None, 4), shard_of(3 << 22, 4), shard_of(4 << 22, 4)) == (0, 3, 0)


class TestSession:
    def test_replay_sends_what_came_after(self) -> None:
        session, sent = Session("s", 0, 1, 0), list[str | Hangup]()
        for _ in range(3):
            session.send("X", "{}")
        session.outlet = sent.append
        assert session.replay(1)
        assert [str(frame).partition('"s":')[2][0] for frame in sent] == ["2", "3"]

    def test_replay_of_the_future_or_the_forgotten_is_refused(self) -> None:
        session = Session("s", 0, 1, 0, outlet=lambda _: None)
        for _ in range(3000):
            session.send("X", "{}")
        assert not session.replay(3001)
        assert not session.replay(10)
        assert session.replay(3000)
