/** Draws the tree of markdown.js. */
import { parse } from "./markdown.js";
import { parseInline } from "./inline.js";
import { formatFull, formatStamp } from "./format.js";
import { channelName, displayName, findChannel, findPerson, rolesOf } from "./state.js";
import { h, icon } from "./view.js";

const TAGS = { strong: "strong", em: "em", u: "u", s: "s", small: "small" };
const COPIED_MS = 1600;
const RELATIVE_EVERY_MS = 10_000;
const MESSAGE_LINK = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/(@me|\d{1,20})\/(\d{1,20})\/(\d{1,20})$/;

/** Describe a message's text; `scene` is {state, visit, jumpTo, onUser}. */
export function richText(text, scene) {
  return parse(text).map((node) => draw(node, scene));
}

/** Describe one line of text without block constructs, as in labels and titles. */
export function richLine(text, scene) {
  return parseInline(text).map((node) => draw(node, scene));
}

function draw(node, scene) {
  const inner = () => node.children.map((child) => draw(child, scene));
  switch (node.type) {
    case "text":
      return node.text;
    case "code":
      return h("code", {}, node.text);
    case "pre":
      return codeBlock(node);
    case "quote":
      return h("blockquote", {}, inner());
    case "heading":
      return h(`h${node.level + 2}`, { class: `heading-${node.level}` }, inner());
    case "list":
      return list(node, scene);
    case "link":
      return messageLink(node, scene) ?? externalLink(node, inner());
    case "spoiler":
      return spoiler(inner());
    case "mention":
      return mention(node, scene);
    case "time":
      return stamp(node);
    default:
      return h(TAGS[node.type], {}, inner());
  }
}

function codeBlock({ lang, text }) {
  const copy = (event) => copyText(text, event.currentTarget);
  return h(
    "figure",
    { class: "code-block" },
    h(
      "figcaption",
      {},
      h("span", {}, lang || "text"),
      h("button", { type: "button", class: "code-copy", on: { click: copy } }, icon("copy"), h("span", {}, "Copy")),
    ),
    h("pre", { tabindex: "0" }, h("code", {}, text)),
  );
}

/** Put text on the clipboard and say so on the button for a moment. */
export async function copyText(text, button = null) {
  await navigator.clipboard?.writeText(text).catch(() => {});
  if (!button) return;
  button.classList.add("is-copied");
  setTimeout(() => button.classList.remove("is-copied"), COPIED_MS);
}

function list(node, scene) {
  const items = node.items.map((item) =>
    h(
      "li",
      {},
      item.map((child) => draw(child, scene)),
    ),
  );
  return node.ordered ? h("ol", { start: node.start }, items) : h("ul", {}, items);
}

function externalLink({ url, title }, children) {
  return h("a", { href: url, title: title || null, target: "_blank", rel: "noopener noreferrer nofollow" }, children);
}

/** Describe a bare link to a message that can be reached here; null for any other link. */
function messageLink({ url, children }, { state, visit, jumpTo }) {
  const [, guildId, channelId, messageId] = MESSAGE_LINK.exec(url) ?? [];
  const channel = channelId && children[0]?.text === url ? findChannel(state, channelId) : null;
  if (!channel || (channel.guild_id ?? "@me") !== guildId) return null;
  const go = () => (channelId === state.place.channelId ? jumpTo?.(messageId) : visit(channelId));
  const props = { type: "button", class: "mention", title: url, "data-testid": "message-link", on: { click: go } };
  return h("button", props, `${channel.guild_id ? "#" : "@"}${channelName(state, channel)} › 💬`);
}

function spoiler(children) {
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.currentTarget.classList.add("is-revealed");
    event.currentTarget.removeAttribute("role");
  };
  const props = {
    class: "spoiler",
    tabindex: "0",
    role: "button",
    "aria-label": "Spoiler",
    on: { click: reveal, keydown: reveal },
  };
  return h("span", props, h("span", { class: "spoiler-inner" }, children));
}

function mention(node, { state, visit, onUser }) {
  const pill = (text, click = null) =>
    click
      ? h("button", { type: "button", class: "mention", on: { click } }, text)
      : h("span", { class: "mention" }, text);
  if (node.kind === "user") {
    const known = findPerson(state, node.id);
    return pill(
      known ? `@${displayName(state, known.user)}` : "@unknown-user",
      known && ((event) => onUser?.(event, known.user)),
    );
  }
  if (node.kind === "channel") {
    const channel = findChannel(state, node.id);
    return pill(channel ? `#${channel.name}` : "#unknown", channel && (() => visit(channel.id)));
  }
  if (node.kind === "role")
    return pill(`@${rolesOf(state).find((role) => role.id === node.id)?.name ?? "unknown-role"}`);
  return pill(node.kind === "command" ? `/${node.name}` : `@${node.name}`);
}

function stamp({ at, style }) {
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return "Invalid date";
  const props = {
    class: "stamp",
    title: formatFull(date),
    datetime: date.toISOString(),
    "data-at": style === "R" ? at : null,
  };
  return h("time", props, formatStamp(at, style));
}

/** Keep "in 5 minutes" true while the page stays open. */
export function keepStampsFresh(root = document) {
  setInterval(() => {
    for (const el of root.querySelectorAll("time[data-at]")) {
      const text = formatStamp(Number(el.dataset.at), "R");
      if (el.firstChild && el.firstChild.data !== text) el.firstChild.data = text;
    }
  }, RELATIVE_EVERY_MS);
}
