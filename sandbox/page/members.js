/** Above and beside the messages: where one is, and who else is here. */
import { avatar } from "./avatar.js";
import { channelName, displayName, findChannel, isThread, membersOf, otherOf, statusOf } from "./state.js";
import { h, icon } from "./view.js";

export function members(state, scene) {
  const channel = findChannel(state, state.place.channelId);
  if (!channel) return null;
  const all = membersOf(state, channel);
  const group = (label, list) =>
    list.length > 0 &&
    h(
      "section",
      { key: label },
      h("h2", { class: "member-heading" }, `${label} — ${list.length}`),
      list.map(({ user }) => memberRow(user, state, scene)),
    );
  return [
    group(
      "People",
      all.filter(({ user }) => !user.bot),
    ),
    group(
      "Bots",
      all.filter(({ user }) => user.bot),
    ),
  ];
}

function memberRow(user, state, scene) {
  const name = displayName(state, user);
  const open = (event) => scene.openUserMenu(event, user);
  return h(
    "button",
    {
      key: user.id,
      type: "button",
      class: `member is-${statusOf(user, state)}`,
      "data-testid": "member",
      on: { click: open, contextmenu: open },
    },
    avatar(user, name, "m", statusOf(user, state)),
    h("span", { class: "channel-name" }, name),
    user.bot && h("span", { class: "bot-tag" }, "BOT"),
  );
}

export function channelHeader(state, scene) {
  const channel = findChannel(state, state.place.channelId);
  const opener = h(
    "button",
    {
      type: "button",
      class: "icon-button only-narrow",
      "aria-label": "Channels",
      "data-testid": "open-channels",
      on: { click: () => scene.toggleDrawer("channels") },
    },
    icon("menu"),
  );
  if (!channel) return [opener];
  const parent = isThread(channel) && findChannel(state, channel.parent_id);
  const mark = channel.guild_id
    ? icon(isThread(channel) ? "thread" : "hash", "header-mark")
    : avatar(otherOf(state, channel), channelName(state, channel), "s");
  return [
    opener,
    mark,
    parent && [
      h("button", { type: "button", class: "crumb", on: { click: () => scene.visit(parent.id) } }, parent.name),
      icon("next", "crumb-mark"),
    ],
    h("h2", { "data-testid": "channel-title" }, channelName(state, channel)),
    h("p", { class: "topic", title: channel.topic ?? null }, channel.topic),
    h(
      "button",
      {
        type: "button",
        class: `icon-button ${state.showsMembers ? "is-on" : ""}`,
        "aria-label": "Members",
        title: "Members",
        "data-testid": "toggle-members",
        on: { click: () => scene.toggleMembers() },
      },
      icon("people"),
    ),
  ];
}
