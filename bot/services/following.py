"""Let the memory follow what becomes of messages in Discord: an edited question is edited, a deleted one forgotten."""

from __future__ import annotations

from bot.store.memory import Memory, Turn
from bot.store.posts import Posts


class Following:
    """Follows messages by their id. What is done to a message nobody remembers does nothing."""

    def __init__(self, memory: Memory, posts: Posts) -> None:
        self._memory = memory
        self._posts = posts

    async def edited(self, message_id: int, prompt: str) -> None:
        """Let a question say what its message says now; a blank one is forgotten with its answer.

        prompt: the message without the mention of the bot. Files and quoted messages that went along stay.
        """
        if not prompt.strip():
            await self.deleted(message_id)
            return
        for turn in await self._memory.by_message(message_id):
            if turn.role == "user":
                await self._reword(turn, prompt.strip())
        if await self._posts.asked_by(message_id):
            await self._posts.reword(message_id, prompt.strip())

    async def deleted(self, message_id: int) -> int:
        """Forget the exchange that a message asks or shows, and return how many turns went."""
        exchanges = {turn.exchange_id for turn in await self._memory.by_message(message_id)}
        removed = sum([await self._memory.remove_exchange(exchange_id) for exchange_id in sorted(exchanges)])
        if await self._posts.asked_by(message_id):
            await self._posts.remove_asked_by(message_id)
        shown = await self._posts.by_message(message_id)
        if shown is not None:
            await self._posts.remove(shown)
        return removed

    async def shown_by(self, message_id: int) -> str | None:
        """Return the key of the answer that a message shows, or None."""
        shown = await self._posts.by_message(message_id)
        return None if shown is None else str(shown)

    async def is_later_part(self, message_id: int) -> bool:
        """Whether a message shows an answer, but not its beginning."""
        shown = await self._posts.by_message(message_id)
        return shown is not None and (await self._posts.message_ids(shown))[:1] != (message_id,)

    async def _reword(self, turn: Turn, prompt: str) -> None:
        post = await self._posts.of_exchange(turn.exchange_id)
        before = post.prompt if post is not None else turn.text
        along = turn.text.removeprefix(before) if turn.text.startswith(before) else ""
        if prompt + along != turn.text:
            await self._memory.rewrite(turn.id, prompt + along, prompt=prompt)
