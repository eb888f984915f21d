"""The card's message when its token turns out to be dead in the very request that carries files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.ordering.surface import OrderSurface
from bot.ui.face import Upload
from bot.ui.order_card import CardState, card_face
from tests.cogs.orders import PICTURE_URL, cards, filenames, order, over, picture
from tests.cogs.world import World
from tests.grok.scripted import STOP, reply, sse

INVALID_WEBHOOK_TOKEN = 50027


async def test_files_go_along_with_the_bots_own_edit_when_the_token_is_dead(world: World, tmp_path: Path) -> None:
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(picture(), kind="image/jpeg"))
    await world.ann.slash(world.channel, "imagine", prompt="a cat")
    await over(world)
    (tmp_path / "new.png").write_bytes(picture("PNG"))
    surface = OrderSurface(world.bot, await order(world), lambda: datetime.now(UTC))
    world.env.inject_error("PATCH", "/webhooks/*", status=401, code=INVALID_WEBHOOK_TOKEN)
    upload = Upload(tmp_path / "new.png", "new.png")
    await surface.show(0, card_face(CardState("1", "picture", "a cat", phase="done", media=(upload,))))
    [card] = cards(world)
    assert filenames(card) == ["new.png"]
    assert await card.attachments[0].read() == picture("PNG")
