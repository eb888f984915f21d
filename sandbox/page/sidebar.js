/** Left of the messages: servers, channels, direct messages, and the person one is. */
import { avatar } from "./avatar.js";
import { compareIds, initialsOf, nameOf } from "./format.js";
import { CHANNEL, currentGuild, displayName, isText, isThread, otherOf, statusOf } from "./state.js";
import { h, icon } from "./view.js";

const byPosition = (a, b) => (a.position ?? 0) - (b.position ?? 0) || compareIds(a.id, b.id);

export function rail(state, scene) {
  const missed = (ids) => ids.reduce((sum, id) => sum + (state.unread.get(id)?.mentions ?? 0), 0);
  const hasNews = (ids) => ids.some((id) => state.unread.has(id));
  const item = (key, label, isHere, ids, inner, click) => {
    const count = missed(ids);
    return h(
      "div",
      { key, class: `rail-item ${isHere ? "is-here" : ""} ${hasNews(ids) ? "has-news" : ""}` },
      h(
        "button",
        {
          type: "button",
          class: "rail-button",
          title: label,
          "aria-label": label,
          "aria-current": isHere ? "true" : null,
          on: { click },
        },
        inner,
      ),
      count > 0 && h("span", { class: "badge" }, String(count)),
    );
  };
  const dmIds = state.dms.map((dm) => dm.id);
  return [
    item("home", "Direct messages", state.me && !state.place.guildId, dmIds, icon("home"), () =>
      scene.enterGuild(null),
    ),
    h("hr", { key: "rule", class: "rail-rule" }),
    state.guilds.map((guild) =>
      item(
        guild.id,
        guild.name,
        guild.id === state.place.guildId,
        guild.channels.map((each) => each.id),
        h("span", { class: "rail-initials" }, initialsOf(guild.name)),
        () => scene.enterGuild(guild.id),
      ),
    ),
  ];
}

export function channels(state, scene) {
  const guild = currentGuild(state);
  return [
    h(
      "header",
      { class: "sidebar-header" },
      h("h1", {}, guild?.name ?? "Direct messages"),
      h(
        "span",
        {
          class: `bot-presence ${state.botOnline ? "is-online" : ""}`,
          title: botLine(state),
          "data-testid": "bot-presence",
        },
        h("i"),
        h("span", {}, state.botOnline ? "Bot online" : "Bot offline"),
      ),
    ),
    h("div", { class: "channel-list" }, guild ? guildChannels(guild, state, scene) : directMessages(state, scene)),
  ];
}

const botLine = (state) =>
  state.application
    ? `${state.application.name} is ${state.botOnline ? "online" : "offline"}`
    : "No bot has connected yet";

function guildChannels(guild, state, scene) {
  const sorted = [...guild.channels].sort(byPosition);
  const texts = sorted.filter(isText);
  const threads = sorted.filter(isThread);
  const row = (channel) => [
    channelRow(channel, state, scene),
    threads
      .filter((thread) => thread.parent_id === channel.id && !thread.thread_metadata?.archived)
      .map((thread) => channelRow(thread, state, scene)),
  ];
  const loose = texts.filter((channel) => !channel.parent_id);
  return [
    loose.map(row),
    sorted
      .filter((each) => each.type === CHANNEL.category)
      .map((category) => {
        const inside = texts.filter((channel) => channel.parent_id === category.id);
        const isClosed = state.closed.has(category.id);
        const shown = isClosed
          ? inside.filter((each) => state.unread.has(each.id) || each.id === state.place.channelId)
          : inside;
        return h(
          "section",
          { key: category.id, class: "category" },
          h(
            "button",
            {
              type: "button",
              class: "category-name",
              "aria-expanded": String(!isClosed),
              on: { click: () => scene.fold(category.id) },
            },
            icon("down"),
            category.name,
          ),
          shown.map(row),
        );
      }),
  ];
}

function channelRow(channel, state, scene) {
  const unread = state.unread.get(channel.id);
  const isHere = channel.id === state.place.channelId;
  return h(
    "button",
    {
      key: channel.id,
      type: "button",
      "data-testid": "channel",
      "data-channel-id": channel.id,
      "aria-current": isHere ? "page" : null,
      class: `channel ${isThread(channel) ? "is-thread" : ""} ${isHere ? "is-here" : ""} ${unread ? "has-news" : ""}`,
      on: { click: () => scene.visit(channel.id) },
    },
    icon(isThread(channel) ? "thread" : "hash"),
    h("span", { class: "channel-name" }, channel.name),
    unread?.mentions > 0 && h("span", { class: "badge" }, String(unread.mentions)),
  );
}

function directMessages(state, scene) {
  const known = new Set(state.dms.map((dm) => otherOf(state, dm)?.id));
  const bot = state.application?.bot;
  const others = [...(bot ? [bot] : []), ...state.people].filter(
    (user) => user.id !== state.me?.id && !known.has(user.id),
  );
  return [
    state.dms.map((dm) =>
      personRow(
        otherOf(state, dm),
        state,
        state.unread.get(dm.id),
        dm.id === state.place.channelId,
        () => scene.visit(dm.id),
        dm.id,
      ),
    ),
    others.length > 0 && h("div", { key: "start", class: "category-name" }, "Write to"),
    others.map((user) => personRow(user, state, null, false, () => scene.openDm(user.id), user.id)),
  ];
}

function personRow(user, state, unread, isHere, click, key) {
  const name = displayName(state, user);
  return h(
    "button",
    {
      key,
      type: "button",
      "data-testid": "dm",
      class: `channel is-person ${isHere ? "is-here" : ""} ${unread ? "has-news" : ""}`,
      "aria-current": isHere ? "page" : null,
      on: { click },
    },
    avatar(user, name, "m", statusOf(user, state)),
    h("span", { class: "channel-name" }, name),
    user.bot && h("span", { class: "bot-tag" }, "BOT"),
    unread?.mentions > 0 && h("span", { class: "badge" }, String(unread.mentions)),
  );
}

export function personPanel(state, scene) {
  if (!state.me) return null;
  const name = nameOf(state.me);
  return h(
    "button",
    {
      type: "button",
      class: "person-panel",
      "data-testid": "person-switcher",
      "aria-haspopup": "menu",
      title: "Act as somebody else",
      on: { click: (event) => scene.openPeopleMenu(event) },
    },
    avatar(state.me, name, "m", state.connection === "open" ? "online" : "offline"),
    h(
      "span",
      { class: "person-text" },
      h("strong", {}, name),
      h("span", { class: "faint small" }, `@${state.me.username}`),
    ),
    icon("switch"),
  );
}
