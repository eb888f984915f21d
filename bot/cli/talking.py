"""`grokcord ask` and `grokcord chat`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

import typer

from bot.cli.conduct import Setup, Work, upstream_command, with_known_model
from bot.cli.inputs import read_conversation, read_prompt
from bot.cli.output import Output
from bot.errors import UpstreamEmpty
from bot.grok.protocol import Grok
from bot.grok.types import ChatMessage, ChatParameters, ChatReply, ChatRequest, Finished, ReasoningDelta, TextDelta
from bot.services.json_answers import find_json

_ENDS = {
    "length": "note: the answer was cut at a length limit",
    "content_filter": "note: the rest was withheld by the server's content filter",
}
_NO_JSON = "note: the answer is no valid JSON"

Prompt = Annotated[str, typer.Argument(metavar="PROMPT", help="What to ask; - reads it from stdin.")]
File = Annotated[str, typer.Argument(metavar="FILE.json", help="Messages in OpenAI's form; - reads them from stdin.")]
Model = Annotated[str | None, typer.Option(metavar="NAME", help="Model; unset: GROK_MODEL.")]
Stream = Annotated[bool, typer.Option("--stream/--no-stream", help="Write the answer as it comes, or in one piece.")]
System = Annotated[str | None, typer.Option(metavar="TEXT", help="What the model is to be: the system prompt.")]
Temperature = Annotated[float | None, typer.Option(metavar="0..2", min=0, max=2, help="How freely it words things.")]
MaxTokens = Annotated[int | None, typer.Option(metavar="N", min=1, help="Longest answer; some servers ignore it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Ask the model for an answer that is JSON.")]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    upstream_command(cli, "ask", ask)
    upstream_command(cli, "chat", chat)


def ask(
    setup: Setup,
    prompt: Prompt,
    model: Model = None,
    stream: Stream = True,
    system: System = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    as_json: AsJson = False,
) -> Work:
    """Ask one question; the answer is written as it comes.

    With --output json the document comes when the answer is complete.
    """
    first = (ChatMessage("system", system),) if system and system.strip() else ()
    messages = (*first, ChatMessage("user", read_prompt(prompt)))
    parameters = ChatParameters(temperature, max_tokens=max_tokens, response_format="json_object" if as_json else None)
    return _answering(setup, ChatRequest(model or setup.settings.grok_model, messages, parameters), is_streamed=stream)


def chat(
    setup: Setup,
    file: File,
    model: Model = None,
    stream: Stream = True,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    as_json: AsJson = False,
) -> Work:
    """Go on with a conversation kept in a JSON file.

    The file holds an array of messages, each with a role and content; pictures are data: URIs.
    """
    messages = read_conversation(file)
    parameters = ChatParameters(temperature, max_tokens=max_tokens, response_format="json_object" if as_json else None)
    return _answering(setup, ChatRequest(model or setup.settings.grok_model, messages, parameters), is_streamed=stream)


def _answering(setup: Setup, request: ChatRequest, *, is_streamed: bool) -> Work:
    is_json = request.parameters.response_format == "json_object"

    async def answer(grok: Grok) -> None:
        # An answer that is to be JSON is cleaned of its code fence, so it cannot be shown before its end.
        if is_streamed and not is_json:
            reply = await _write_along(grok, request, setup.output)
        else:
            reply = await grok.chat(request) if not is_streamed else await _collect(grok, request)
            reply = _cleaned(reply, setup.output) if is_json else reply
            setup.output.line(reply.text.rstrip("\n"))
        if not reply.text.strip():
            raise UpstreamEmpty
        _tell_end(setup.output, request, reply)

    async def work(grok: Grok) -> None:
        await with_known_model(grok, request.model, answer(grok))

    return work


def _cleaned(reply: ChatReply, output: Output) -> ChatReply:
    text = find_json(reply.text)
    if text is None:
        output.note(_NO_JSON)
        return reply
    return replace(reply, text=text.rstrip("\n"))


def _tell_end(output: Output, request: ChatRequest, reply: ChatReply) -> None:
    if note := _ENDS.get(reply.finish.reason):
        output.note(note)
    output.document(
        {
            "model": request.model,
            "text": reply.text,
            "reasoning": reply.reasoning,
            "finish_reason": reply.finish.reason,
            "usage": reply.finish.usage,
            "citations": reply.finish.citations,
        }
    )


async def _write_along(grok: Grok, request: ChatRequest, output: Output) -> ChatReply:
    """Write the answer as it comes, and a line end after it, also where it breaks off."""
    last = "\n"

    def show(piece: str) -> None:
        nonlocal last
        last = piece
        output.piece(piece)

    try:
        return await _collect(grok, request, show)
    finally:
        if not last.endswith("\n"):
            output.piece("\n")


async def _collect(grok: Grok, request: ChatRequest, show: Callable[[str], None] | None = None) -> ChatReply:
    text: list[str] = []
    reasoning: list[str] = []
    finish = Finished("stop")
    async with aclosing(grok.stream_chat(request)) as events:
        async for event in events:
            match event:
                case TextDelta(piece):
                    text.append(piece)
                    if show is not None:
                        show(piece)
                case ReasoningDelta(piece):
                    reasoning.append(piece)
                case Finished():
                    finish = event
    return ChatReply("".join(text), "".join(reasoning), finish)
