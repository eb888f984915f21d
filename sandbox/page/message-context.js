/** The line above a message: which command it answers, or which message. */
import { avatar } from "./avatar.js";
import { richLine } from "./rich.js";
import { displayName, roomOf } from "./state.js";
import { h, icon } from "./view.js";

const PREVIEW_CHARS = 140;
const COMMAND = 2; // Discord: type of interactions that commands start
const THREAD_CREATED = 18;

/** The command a message answers, {name, user}, its name as one uses it, or null. A form answers what opened it. */
export function usedCommand(message) {
  const meta = message.interaction_metadata;
  const origin = meta?.triggering_interaction_metadata ?? meta;
  // A follow-up stands below the answer that already says which command it was.
  if (origin?.type !== COMMAND || !meta.name || meta.original_response_message_id) return null;
  const isFromMenu = origin.target_message_id || origin.target_user;
  return { name: isFromMenu ? meta.name : `/${meta.name}`, user: meta.user };
}

/** The id of the message it replies to, or null. */
export function replyOf(message) {
  const isFollowUp = message.interaction_metadata?.original_response_message_id;
  return message.message_reference?.message_id && message.type !== THREAD_CREATED && !isFollowUp
    ? message.message_reference.message_id
    : null;
}

/** Describe the line above a message, if it has one. */
export function contextLine(message, scene) {
  const used = usedCommand(message);
  const replied = replyOf(message);
  if (used) {
    const name = displayName(scene.state, used.user);
    return h(
      "div",
      { class: "context-line", "data-testid": "used-line" },
      avatar(used.user, name, "xs"),
      h("span", { class: "command-name" }, used.name),
      h("span", {}, " used by "),
      h("strong", {}, name),
    );
  }
  return replied ? replyLine(message, replied, scene) : null;
}

function replyLine(message, id, scene) {
  const known = roomOf(scene.state, message.channel_id).messages.find((each) => each.id === id);
  const original = known ?? message.referenced_message;
  if (!original) return h("div", { class: "context-line" }, icon("reply"), h("em", {}, "Original message was deleted"));
  const name = displayName(scene.state, original.author);
  const jump = () => scene.jumpTo(original.id);
  return h(
    "button",
    {
      type: "button",
      class: "context-line",
      "data-testid": "reply-line",
      "aria-label": `Replying to ${name}`,
      on: { click: jump },
    },
    avatar(original.author, name, "xs"),
    h("strong", {}, name),
    h("span", { class: "context-text" }, preview(original, scene)),
  );
}

function preview(message, scene) {
  const text = (message.content || "").replace(/^(-#|#{1,3}|>) /gm, "").replace(/\s+/g, " ");
  if (text) return richLine(text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}…` : text, scene);
  if (message.attachments?.length) return h("em", {}, "Click to see attachment");
  return h("em", {}, "Click to see message");
}
