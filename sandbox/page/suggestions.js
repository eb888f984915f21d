/** What the list above the composer offers: commands after a slash, people after an @. */
import { avatar } from "./avatar.js";
import { matchEntries } from "./commands.js";
import { fuzzyScore } from "./format.js";
import { displayName, findChannel, membersOf } from "./state.js";
import { h } from "./view.js";

const MAX_PEOPLE = 10;

export function commandItems(state, entries, query, choose) {
  const bot = state.application?.bot;
  const required = (entry) => entry.options.filter((option) => option.required);
  return matchEntries(entries, query).map((entry) => ({
    id: entry.name,
    face: bot && avatar(bot, displayName(state, bot), "s"),
    title: h("span", { class: "command-name" }, `/${entry.name}`),
    extra: required(entry).map((option) => h("span", { class: "option-hint" }, option.name)),
    detail: entry.description,
    choose: () => choose(entry),
  }));
}

export function peopleItems(state, channelId, query, choose) {
  const known = membersOf(state, findChannel(state, channelId)).map(({ user }) => [user, displayName(state, user)]);
  const score = ([user, name]) => Math.max(fuzzyScore(query, name), fuzzyScore(query, user.username));
  const fitting = known.filter((each) => score(each) > 0).sort((a, b) => score(b) - score(a));
  return fitting.slice(0, MAX_PEOPLE).map(([user, name]) => ({
    id: user.id,
    face: avatar(user, name, "s"),
    title: name,
    aside: `@${user.username}`,
    choose: () => choose(user),
  }));
}
