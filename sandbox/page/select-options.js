/** What the selects of components and modals offer. Pure. */
import { OPTION } from "./commands.js";
import { nameOf } from "./format.js";
import { CHANNEL, currentGuild, findChannel, isThread, membersOf, rolesOf } from "./state.js";

const YES_NO = [
  { value: true, label: "True" },
  { value: false, label: "False" },
];

export const SELECTS = {
  3: "Choose an option",
  5: "Choose a person",
  6: "Choose a role",
  7: "Choose a person or role",
  8: "Choose a channel",
};

/** Return {options, values} of a select component; values are what it has chosen by itself. */
export function choicesOf(data, state, channelId) {
  if (data.type === 3) {
    const options = data.options ?? [];
    return { options, values: options.filter((option) => option.default).map((option) => option.value) };
  }
  const values = (data.default_values ?? []).map((each) => each.id);
  return { options: listFor(data, state, findChannel(state, channelId)), values };
}

function listFor(data, state, channel) {
  if (data.type === 5) return peopleOptions(state, channel);
  if (data.type === 6) return roleOptions(state);
  if (data.type === 7) return [...peopleOptions(state, channel), ...roleOptions(state)];
  return channelOptions(state, data.channel_types);
}

function peopleOptions(state, channel) {
  return membersOf(state, channel).map((member) => ({
    value: member.user.id,
    label: nameOf(member.user, member),
    description: `@${member.user.username}${member.user.bot ? " · bot" : ""}`,
  }));
}

function roleOptions(state) {
  return rolesOf(state).map((role) => ({ value: role.id, label: `@${role.name}` }));
}

function channelOptions(state, types = []) {
  const channels = currentGuild(state)?.channels ?? [];
  return channels
    .filter((channel) => (types?.length ? types.includes(channel.type) : channel.type !== CHANNEL.category))
    .map((channel) => ({ value: channel.id, label: `${isThread(channel) ? "» " : "#"}${channel.name}` }));
}

/** Return what a command's option offers to choose from, or null if it is typed. */
export function optionChoices(option, state) {
  if (option.choices?.length) return option.choices.map((choice) => ({ value: choice.value, label: choice.name }));
  const people = () => peopleOptions(state, findChannel(state, state.place.channelId));
  switch (option.type) {
    case OPTION.boolean:
      return YES_NO;
    case OPTION.user:
      return people();
    case OPTION.role:
      return roleOptions(state);
    case OPTION.mentionable:
      return [...people(), ...roleOptions(state)];
    case OPTION.channel:
      return channelOptions(state, option.channel_types);
    default:
      return null;
  }
}
