/** One message: who, when, in answer to what, and everything it carries. */
import { avatar } from "./avatar.js";
import { components } from "./components.js";
import { formatClock, formatFull, formatWhen } from "./format.js";
import { attachments, embed } from "./media.js";
import { contextLine, replyOf, usedCommand } from "./message-context.js";
import { richLine, richText } from "./rich.js";
import { displayName, FLAG } from "./state.js";
import { h, icon } from "./view.js";

const THREAD_CREATED = 18;
const THREAD_STARTER = 21; // Discord: stands first in a thread for the message it hangs on

export const isEphemeral = (message) => (message.flags & FLAG.ephemeral) !== 0;
export const isLoading = (message) => (message.flags & FLAG.loading) !== 0;
const isLayout = (message) => (message.flags & FLAG.componentsV2) !== 0;

/** What of the state a row depends on beside the message: pending and failed component clicks, as plain text. */
export function activityOf(state, message) {
  const mine = [...state.pending.values()].filter((entry) => entry.messageId === message.id);
  return mine.map((entry) => `${entry.state} ${entry.customId}`).join("\n");
}

/** Describe a message. `layout` is {isCompact}; `activity` comes from activityOf. */
export function messageRow(message, isCompact, activity, isEditing, scene) {
  if (message.type === THREAD_CREATED) return systemRow(message, scene);
  if (message.type === THREAD_STARTER) return starterRow(message, scene);
  const context = contextLine(message, scene);
  const name = displayName(scene.state, message.author);
  const props = {
    class: `message ${isCompact ? "is-compact" : ""} ${isEphemeral(message) ? "is-ephemeral" : ""} ${isPing(message, scene) ? "is-ping" : ""}`,
    "data-testid": "message",
    "data-message-id": message.id,
    "data-author-id": message.author.id,
    "aria-label": `${name}, ${formatWhen(new Date(message.timestamp))}`,
    on: { contextmenu: (event) => openMenu(event, message, scene) },
  };
  return h(
    "article",
    props,
    context,
    h("div", { class: "gutter" }, isCompact ? compactTime(message) : face(message, name, scene)),
    h(
      "div",
      { class: "message-main" },
      !isCompact && header(message, name, scene),
      body(message, activity, isEditing, scene),
    ),
    !isEditing && toolbar(message, scene),
  );
}

const isSystem = ({ type }) => type === THREAD_CREATED || type === THREAD_STARTER;

/** Whether a message can stand below the one before without repeating its author. */
export function canJoin(message, before) {
  if (!before || message.author.id !== before.author.id || isEphemeral(message) !== isEphemeral(before)) return false;
  if ([message, before].some(isSystem) || replyOf(message) || usedCommand(message)) return false;
  return new Date(message.timestamp) - new Date(before.timestamp) < 7 * 60_000;
}

function openMenu(event, message, scene) {
  // A link, a picture or selected text has the browser's own menu.
  if (event.target.closest("a, img, video, textarea") || String(getSelection())) return;
  event.preventDefault();
  scene.openMessageMenu(event, message);
}

function isPing(message, { state }) {
  return (
    message.author.id !== state.me?.id &&
    (message.mention_everyone || message.mentions?.some((user) => user.id === state.me?.id))
  );
}

function face(message, name, scene) {
  const click = (event) => scene.openUserMenu(event, message.author);
  const props = {
    type: "button",
    class: "face-button",
    "aria-label": `About ${name}`,
    on: { click, contextmenu: click },
  };
  return h("button", props, avatar(message.author, name, "l"));
}

function compactTime({ timestamp }) {
  const date = new Date(timestamp);
  return h("time", { class: "compact-time", datetime: timestamp, title: formatFull(date) }, formatClock(date));
}

function header(message, name, scene) {
  const date = new Date(message.timestamp);
  return h(
    "header",
    { class: "message-header" },
    h(
      "button",
      {
        type: "button",
        class: `author ${message.author.bot ? "is-bot" : ""}`,
        on: { click: (event) => scene.openUserMenu(event, message.author) },
      },
      name,
    ),
    message.author.bot && h("span", { class: "bot-tag" }, "BOT"),
    h("time", { class: "when", datetime: message.timestamp, title: formatFull(date) }, formatWhen(date)),
  );
}

function body(message, activity, isEditing, scene) {
  const states = activity
    ? activity.split("\n").map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)])
    : [];
  const busy = states.filter(([state]) => state === "pending").map(([, customId]) => customId);
  const shown = message.components?.length ? components(message.components, message, scene, busy) : null;
  const inline = { text: (text) => richText(text, scene), line: (text) => richLine(text, scene) };
  return [
    isEditing ? editor(message, scene) : content(message, scene),
    !isLayout(message) && attachments(message.attachments, scene),
    !isLayout(message) &&
      !(message.flags & FLAG.suppressEmbeds) &&
      h(
        "div",
        { class: "embeds" },
        message.embeds?.map((each) => embed(each, scene, inline)),
      ),
    shown,
    states.some(([state]) => state === "failed") && failure(),
    message.reactions?.length > 0 &&
      h(
        "div",
        { class: "reactions" },
        message.reactions.map((each) => h("span", { class: "reaction" }, each.emoji.name, h("b", {}, each.count))),
      ),
    message.thread && threadChip(message.thread, scene),
    isEphemeral(message) && ephemeralLine(message, scene),
  ];
}

function content(message, scene) {
  const name = displayName(scene.state, message.author);
  if (isLoading(message)) return thinking(`${name} is thinking`);
  if (!message.content) return null;
  const edited =
    message.edited_timestamp &&
    h("span", { class: "edited", title: formatFull(new Date(message.edited_timestamp)) }, "(edited)");
  const drawn = richText(message.content, scene);
  // Beside the last line, also where that is one of small text, which is a block.
  if (drawn.at(-1)?.kind === "small") drawn.at(-1).children.push(edited || null);
  else drawn.push(edited);
  return h("div", { class: "content rich", "data-testid": "message-content" }, drawn);
}

export function thinking(label) {
  return h(
    "div",
    { class: "thinking", "data-testid": "thinking" },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("span", {}, `${label}…`),
  );
}

export function failure() {
  return h(
    "div",
    { class: "failure", role: "alert", "data-testid": "failure" },
    icon("warning"),
    h("span", {}, "The application did not respond"),
  );
}

function ephemeralLine(message, scene) {
  return h(
    "div",
    { class: "ephemeral-line" },
    icon("eye"),
    h("span", {}, "Only you can see this"),
    h("span", { "aria-hidden": "true" }, "·"),
    h(
      "button",
      { type: "button", class: "link-button", "data-testid": "dismiss", on: { click: () => scene.remove(message) } },
      "Dismiss message",
    ),
  );
}

function threadChip(thread, scene) {
  return h(
    "button",
    { type: "button", class: "thread-chip", on: { click: () => scene.visit(thread.id) } },
    icon("thread"),
    h("strong", {}, thread.name),
    h("span", { class: "faint" }, "Open thread ›"),
  );
}

function systemRow(message, scene) {
  const name = displayName(scene.state, message.author);
  const open = () => scene.visit(message.message_reference?.channel_id ?? message.thread?.id);
  return h(
    "article",
    { class: "message is-system", "data-testid": "message", "data-message-id": message.id },
    h("div", { class: "gutter" }, icon("thread")),
    h(
      "div",
      { class: "message-main" },
      h("strong", {}, name),
      " started a thread: ",
      h("button", { type: "button", class: "link-button", on: { click: open } }, message.content),
    ),
  );
}

/** The message a thread hangs on, to be read; what can be done with it is done in its own channel. */
function starterRow(message, scene) {
  const shown = message.referenced_message;
  if (!shown) return h("article", { class: "message is-system" }, h("em", {}, "The first message was deleted"));
  const name = displayName(scene.state, shown.author);
  const readable = { ...shown, components: [], thread: null };
  return h(
    "article",
    { class: "message", "data-testid": "message", "data-message-id": message.id, "data-author-id": shown.author.id },
    h("div", { class: "gutter" }, face(shown, name, scene)),
    h("div", { class: "message-main" }, header(shown, name, scene), body(readable, "", false, scene)),
  );
}

function editor(message, scene) {
  // Once it stands in the page, and before a key can reach it: a frame later the caret would move under who types already.
  const begin = (el) =>
    queueMicrotask(() => {
      el.focus();
      el.setSelectionRange(el.value.length, el.value.length);
    });
  const keydown = (event) => {
    if (event.key === "Escape") scene.stopEditing();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    scene.saveEdit(message, event.target.value);
  };
  return h(
    "div",
    { class: "editor" },
    h("textarea", {
      rows: "3",
      "aria-label": "Edit message",
      "data-testid": "edit-input",
      ref: (el) => {
        el.value = message.content;
        begin(el);
      },
      on: { keydown },
    }),
    h("div", { class: "faint small" }, "Escape to cancel · Enter to save"),
  );
}

function toolbar(message, scene) {
  const act = (name, label, run) =>
    h(
      "button",
      { type: "button", class: "icon-button", title: label, "aria-label": label, on: { click: run } },
      icon(name),
    );
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    !isEphemeral(message) && act("reply", "Reply", () => scene.reply(message)),
    message.author.id === scene.state.me?.id && act("edit", "Edit", () => scene.edit(message)),
    act("more", "More", (event) => scene.openMessageMenu(event, message)),
  );
}
