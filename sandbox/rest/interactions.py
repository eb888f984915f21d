"""Routes of interaction callbacks and of the webhooks that interactions open."""

from __future__ import annotations

from sandbox.answers import Answers, ReplyType
from sandbox.interactions import Interaction, Interactions
from sandbox.model import Message, MessageFlag
from sandbox.payloads import Payloads
from sandbox.rest.call import Call, Reply, Route, rule
from sandbox.shapes import Json

_CALLBACK = rule("interaction callback", "interaction", limit=1000, is_global=False)
_WEBHOOK = rule("interaction webhook", "application", "token", limit=5, window_s=2.0)
_TRUE = frozenset({"true", "1", "True"})


class InteractionRoutes:
    """Handlers for `/interactions` and `/webhooks`."""

    def __init__(self, interactions: Interactions, answers: Answers, payloads: Payloads) -> None:
        self._interactions = interactions
        self._answers = answers
        self._payloads = payloads

    def routes(self) -> list[Route]:
        """Return the routes; none of them asks for the bot's token, the interaction's is enough."""
        hook = "/webhooks/{application}/{token}"
        return [
            Route("POST", "/interactions/{interaction}/{token}/callback", self.callback, _CALLBACK, False),
            Route("POST", hook, self.follow_up, _WEBHOOK, False),
            Route("GET", hook + "/messages/{message}", self.get, _WEBHOOK, False),
            Route("PATCH", hook + "/messages/{message}", self.edit, _WEBHOOK, False),
            Route("DELETE", hook + "/messages/{message}", self.delete, _WEBHOOK, False),
        ]

    def callback(self, call: Call) -> Reply:
        """Give the first reply."""
        interaction = self._interactions.awaiting(call.id("interaction"), call.params["token"])
        message = self._answers.reply(interaction, call.body, call.form.files)
        if call.query.get("with_response") not in _TRUE:
            return None
        return self._told(interaction, message, int(call.body["type"]))

    def _told(self, interaction: Interaction, message: Message | None, reply_type: int) -> Json:
        told: Json = {"id": str(interaction.id), "type": int(interaction.start.kind)}
        resource: Json = {"type": reply_type}
        if message is not None:
            told["response_message_id"] = str(message.id)
            told["response_message_loading"] = bool(message.body.flags & MessageFlag.LOADING)
            told["response_message_ephemeral"] = message.only_for is not None
            resource["message"] = self._payloads.message(message)
        if reply_type in {ReplyType.CHOICES, ReplyType.DEFERRED_UPDATE}:
            return {"interaction": told}
        return {"interaction": told, "resource": resource}

    def follow_up(self, call: Call) -> Reply:
        """Post a follow-up message."""
        interaction = self._interactions.answered(call.params["token"])
        message = self._answers.follow_up(interaction, call.body, call.form.files)
        return self._payloads.new_message(message)

    def get(self, call: Call) -> Reply:
        """Return `@original` or a follow-up."""
        return self._payloads.message(self._find(call))

    def edit(self, call: Call) -> Reply:
        """Edit `@original` or a follow-up."""
        message = self._find(call)
        return self._payloads.message(self._answers.edit(message, call.body, call.form.files))

    def delete(self, call: Call) -> Reply:
        """Delete `@original` or a follow-up."""
        self._answers.delete(self._find(call))
        return None

    def _find(self, call: Call) -> Message:
        interaction = self._interactions.answered(call.params["token"])
        return self._answers.find(interaction, call.params["message"])
