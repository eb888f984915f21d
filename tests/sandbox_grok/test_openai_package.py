"""The official `openai` package works against the demo server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
import pytest
from openai.types.chat import ChatCompletionUserMessageParam

from tests.sandbox_grok.serving import IMAGE, KEY, DemoClient, demo_server, opened, png


@pytest.fixture
async def official(demo: DemoClient) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{demo.root}/v1", api_key=KEY, max_retries=0) as client:
        yield client


async def test_models_are_listed(official: openai.AsyncOpenAI) -> None:
    ids = [model.id async for model in await official.models.list()]
    assert "grok-3" in ids
    assert IMAGE in ids


async def test_chat_answers_at_once(official: openai.AsyncOpenAI) -> None:
    answer = await official.chat.completions.create(
        model="grok-3", messages=[{"role": "user", "content": "tell me of tides"}], stream=False
    )
    assert "demo Grok server" in (answer.choices[0].message.content or "")
    assert answer.choices[0].finish_reason == "stop"


async def test_chat_streams_the_same_answer(official: openai.AsyncOpenAI) -> None:
    asked: ChatCompletionUserMessageParam = {"role": "user", "content": "tell me of tides"}
    whole = await official.chat.completions.create(model="grok-3", messages=[asked], stream=False)
    stream = await official.chat.completions.create(model="grok-3", messages=[asked], stream=True)
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert len(pieces) > 20
    assert "".join(pieces) == whole.choices[0].message.content


async def test_pictures_are_drawn(official: openai.AsyncOpenAI, demo: DemoClient) -> None:
    made = await official.images.generate(model=IMAGE, prompt="a red apple", n=2, size="1792x1024")
    urls = [image.url or "" for image in made.data or []]
    assert len(set(urls)) == 2
    assert opened((await demo.http.get(urls[0])).content).size == (1792, 1024)


async def test_pictures_are_edited(official: openai.AsyncOpenAI, demo: DemoClient) -> None:
    made = await official.images.edit(model="grok-imagine-1.0-edit", prompt="make it golden", image=("in.png", png()))
    url = (made.data or [])[0].url or ""
    assert opened((await demo.http.get(url)).content).format is None  # decoded and copied
    assert url.endswith(".jpg")


async def test_a_wrong_key_is_an_authentication_error() -> None:
    async with demo_server() as demo, openai.AsyncOpenAI(base_url=f"{demo.root}/v1", api_key="wrong") as client:
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()


async def test_no_tokens_is_a_rate_limit_error(official: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError, match="No available tokens"):
        await official.chat.completions.create(model="grok-3", messages=[{"role": "user", "content": "[[notokens]] x"}])
