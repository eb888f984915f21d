/** The messages of a channel: grouping, days, history, and staying at the bottom while somebody reads there. */
import { avatar } from "./avatar.js";
import { exampleEntries } from "./commands.js";
import { formatDay, startOfDay } from "./format.js";
import { activityOf, canJoin, failure, messageRow, thinking } from "./message.js";
import { channelName, commandsFor, displayName, findChannel, isThread, otherOf, roomOf } from "./state.js";
import { h, icon, memo, patch } from "./view.js";

const NEAR_PX = 64;
const HISTORY_PX = 300;
const FLASH_MS = 1800;

export class Log {
  constructor(root, scene) {
    this.scene = scene;
    this.scroller = root.querySelector(".log-scroll");
    this.list = root.querySelector(".log-list");
    this.pill = root.querySelector(".log-pill");
    this.isPinned = true;
    this.placedAt = 0; // how far down toBottom left the view
    this.channelId = null;
    this.lastSeen = null;
    this.firstId = null;
    this.scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.pill.addEventListener("click", () => {
      this.toBottom();
      this.#drawPill(roomOf(scene.state, this.channelId));
    });
    const follow = new ResizeObserver(() => this.isPinned && this.toBottom());
    follow.observe(this.list);
    follow.observe(this.scroller);
  }

  render(state) {
    const { channelId } = state.place;
    const room = roomOf(state, channelId);
    if (channelId !== this.channelId) this.#enter(channelId);
    this.#noticeScrolling();
    const heightBefore = this.scroller.scrollHeight;
    const topBefore = this.scroller.scrollTop;
    const isOlder =
      this.firstId && room.messages[0]?.id !== this.firstId && room.messages.some((each) => each.id === this.firstId);
    if (room.messages.at(-1)?.author.id === state.me?.id && room.messages.at(-1)?.id !== this.newest)
      this.isPinned = true;
    this.newest = room.messages.at(-1)?.id ?? null;
    this.firstId = room.messages[0]?.id ?? null;
    patch(this.list, this.#rows(state, room));
    if (this.isPinned) this.toBottom();
    else if (isOlder) this.scroller.scrollTop = topBefore + this.scroller.scrollHeight - heightBefore;
    this.#drawPill(room);
  }

  toBottom() {
    this.isPinned = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.placedAt = this.scroller.scrollTop;
  }

  /** Let go of the bottom when somebody scrolled up and the browser has not said so yet: its event comes a frame late. */
  #noticeScrolling() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (scrollTop < this.placedAt && scrollHeight - scrollTop - clientHeight >= NEAR_PX) this.isPinned = false;
  }

  /** Scroll to a message and let it light up. */
  jumpTo(id) {
    const row = this.list.querySelector(`[data-message-id="${CSS.escape(id)}"]`);
    if (!row) return false;
    this.isPinned = false;
    row.scrollIntoView({ block: "center" });
    row.classList.add("is-flashed");
    setTimeout(() => row.classList.remove("is-flashed"), FLASH_MS);
    return true;
  }

  #enter(channelId) {
    this.channelId = channelId;
    this.isPinned = true;
    this.placedAt = 0;
    this.lastSeen = null;
    this.firstId = null;
  }

  #onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // What grew since, a card that became a clip, takes the bottom away without anybody having scrolled.
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) this.isPinned = true;
    else if (scrollTop < this.placedAt) this.isPinned = false;
    if (scrollTop < HISTORY_PX) this.scene.loadOlder(this.channelId);
    this.#drawPill(roomOf(this.scene.state, this.channelId));
  }

  #drawPill({ messages }) {
    if (this.isPinned) this.lastSeen = messages.at(-1)?.id ?? null;
    const seenAt = messages.findIndex((message) => message.id === this.lastSeen);
    const missed = this.lastSeen && !this.isPinned ? messages.length - 1 - seenAt : 0;
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isFar = scrollHeight - scrollTop - clientHeight > clientHeight;
    this.pill.hidden = this.isPinned || !(missed || isFar);
    const text = missed ? `${missed} new message${missed > 1 ? "s" : ""}` : "Jump to the latest";
    patch(this.pill, h("span", {}, text), icon("down"));
  }

  #rows(state, room) {
    const channel = findChannel(state, state.place.channelId);
    if (!channel) return [emptyHome(state)];
    const rows = [];
    if (room.isLoaded && !room.hasMore) rows.push(welcome(state, channel, this.scene));
    if (room.isLoading)
      rows.push(h("div", { key: "loading", class: "log-note" }, h("span", { class: "spinner" }), "Loading messages"));
    if (room.error) rows.push(this.#retry(room.error));
    const unanswered = pendingOf(state);
    const isBefore = (message) => unanswered[0]?.state === "failed" && unanswered[0].at < new Date(message.timestamp);
    let before = null;
    let lastDay = null;
    for (const message of room.messages) {
      while (isBefore(message)) {
        rows.push(pendingRow(unanswered.shift(), state, this.scene));
        before = null;
      }
      const day = startOfDay(new Date(message.timestamp));
      if (day !== lastDay) rows.push(divider(message));
      rows.push(this.#row(state, message, day === lastDay && canJoin(message, before)));
      before = message;
      lastDay = day;
    }
    return [...rows, ...unanswered.map((entry) => pendingRow(entry, state, this.scene))];
  }

  #row(state, message, isCompact) {
    const deps = [message, isCompact, activityOf(state, message), state.editingId === message.id, this.scene];
    // Names and mentions come from the guild; a change there redraws, most changes elsewhere do not.
    return memo(
      message.id,
      [...deps, state.guilds, state.people, state.application, state.place.channelId],
      messageRow,
    );
  }

  #retry(error) {
    const again = () => this.scene.reload(this.channelId);
    return h(
      "div",
      { key: "error", class: "log-note" },
      icon("warning"),
      error,
      h("button", { type: "button", class: "link-button", on: { click: again } }, "Try again"),
    );
  }
}

function divider({ timestamp }) {
  const day = formatDay(new Date(timestamp));
  return h(
    "div",
    { key: `day-${startOfDay(new Date(timestamp))}`, class: "day", role: "separator", "aria-label": day },
    h("span", {}, day),
  );
}

/** Commands under way that have no message yet, and those that got no answer, oldest first. */
function pendingOf(state) {
  const isHere = (entry) => entry.kind === "command" && entry.channelId === state.place.channelId;
  return [...state.pending.values()].filter(isHere).sort((a, b) => a.at - b.at);
}

function pendingRow(entry, state, scene) {
  const bot = state.application?.bot;
  const mine = displayName(state, state.me);
  return h(
    "article",
    { key: `pending-${entry.nonce}`, class: `message is-pending is-${entry.state}`, "data-testid": "pending" },
    h(
      "div",
      { class: "context-line" },
      avatar(state.me, mine, "xs"),
      h("span", { class: "command-name" }, entry.label),
      h("span", {}, " used by "),
      h("strong", {}, mine),
    ),
    h("div", { class: "gutter" }, bot && avatar(bot, displayName(state, bot), "l")),
    h(
      "div",
      { class: "message-main" },
      h(
        "header",
        { class: "message-header" },
        h("span", { class: "author is-bot" }, bot ? displayName(state, bot) : "Bot"),
        h("span", { class: "bot-tag" }, "BOT"),
      ),
      entry.state === "failed" ? [failure(), failedActions(entry, scene)] : thinking("Sending"),
    ),
  );
}

function failedActions(entry, scene) {
  const act = (label, run) => h("button", { type: "button", class: "link-button", on: { click: run } }, label);
  const again = () => {
    scene.forget(entry.nonce);
    entry.retry();
  };
  return h(
    "div",
    { class: "ephemeral-line" },
    icon("eye"),
    "Only you can see this",
    h("span", {}, "·"),
    act("Try again", again),
    h("span", {}, "·"),
    act("Dismiss", () => scene.forget(entry.nonce)),
  );
}

// --- where there is nothing yet ---

function emptyHome(state) {
  if (!state.me)
    return h("div", { key: "wait", class: "log-note" }, h("span", { class: "spinner" }), "Opening the local Discord");
  return h(
    "div",
    { key: "home", class: "welcome" },
    h("div", { class: "welcome-mark" }, icon("home")),
    h("h2", {}, "Your messages"),
    h("p", { class: "soft" }, "Click a name in the member list to write to somebody directly."),
  );
}

function welcome(state, channel, scene) {
  const name = channelName(state, channel);
  const isDirect = !channel.guild_id;
  const other = isDirect && otherOf(state, channel);
  const mark = other
    ? avatar(other, name, "xl")
    : h("div", { class: "welcome-mark" }, icon(isThread(channel) ? "thread" : "hash"));
  return h(
    "div",
    { key: "welcome", class: "welcome", "data-testid": "welcome" },
    mark,
    h("h2", {}, isDirect ? name : isThread(channel) ? name : `Welcome to #${name}`),
    h(
      "p",
      { class: "soft" },
      isDirect
        ? `This is where your messages with ${name} begin.`
        : channel.topic || `This is the start of ${isThread(channel) ? "the thread" : `#${name}`}.`,
    ),
    invitation(state, channel, scene),
  );
}

function invitation(state, channel, scene) {
  const examples = exampleEntries(commandsFor(state, 1, channel));
  if (!state.application)
    return h(
      "p",
      { class: "invitation", "data-testid": "invitation" },
      h("span", { class: "spinner" }),
      " Waiting for a bot to connect",
    );
  if (!examples.length) return null;
  const chip = (entry) =>
    h(
      "button",
      { type: "button", class: "example", "data-testid": "example", on: { click: () => scene.startCommand(entry) } },
      h("span", { class: "command-name" }, `/${entry.name}`),
      h("span", { class: "soft" }, entry.description),
    );
  return h(
    "div",
    { class: "invitation", "data-testid": "invitation" },
    h("p", {}, "Type ", h("kbd", {}, "/"), " to see what the bot can do, or start here:"),
    h("div", { class: "examples" }, examples.map(chip)),
  );
}
