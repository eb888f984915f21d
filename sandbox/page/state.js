/** What the page knows, and questions about it. Plain data and pure functions; `store.js` changes it. */
import { compareIds, nameOf } from "./format.js";

export const FLAG = { suppressEmbeds: 4, ephemeral: 64, loading: 128, componentsV2: 32768 };
export const CHANNEL = { text: 0, dm: 1, voice: 2, category: 4, announcement: 5, thread: 11, privateThread: 12 };
export const COMMAND = { chat: 1, user: 2, message: 3 };
const MANAGE_MESSAGES = 1n << 13n;
const ADMINISTRATOR = 1n << 3n;
/** What is known of a channel's messages; `arrived` are those that came live while a page of history was under way. */
const EMPTY_ROOM = { messages: [], arrived: [], isLoaded: false, isLoading: false, hasMore: false, error: null };
const TEXT_TYPES = new Set([CHANNEL.text, CHANNEL.announcement]);

export function emptyState() {
  return {
    me: null,
    people: [],
    guilds: [],
    dms: [],
    application: null,
    commands: [],
    botOnline: false,
    limits: { max_file_bytes: 10 * 1024 * 1024 },
    connection: "opening",
    place: { guildId: null, channelId: null },
    rooms: new Map(), // channel id -> room
    typing: new Map(), // channel id -> Map(user id -> until, ms)
    unread: new Map(), // channel id -> {count, mentions}
    pending: new Map(), // nonce -> {kind, channelId, messageId, customId, label, state, retry}
    closed: new Set(), // categories folded away
    drawer: null, // "channels" | "members" on narrow screens
    showsMembers: true,
    modal: null, // {interactionId, channelId, modal, values…}
    lightbox: null,
    menu: null,
    notice: null, // one sentence for the person, gone by itself
    editingId: null,
  };
}

export const currentGuild = (state) => state.guilds.find((guild) => guild.id === state.place.guildId) ?? null;
export const isThread = (channel) => channel?.type === CHANNEL.thread || channel?.type === CHANNEL.privateThread;
export const isText = (channel) => TEXT_TYPES.has(channel.type);

export function findChannel(state, channelId) {
  for (const guild of state.guilds) {
    const channel = guild.channels.find((each) => each.id === channelId);
    if (channel) return { ...channel, guild_id: guild.id };
  }
  return state.dms.find((each) => each.id === channelId) ?? null;
}

export function otherOf(state, dm) {
  return dm.recipients?.find((user) => user.id !== state.me?.id) ?? dm.recipients?.[0] ?? null;
}

export function channelName(state, channel) {
  if (!channel) return "unknown";
  return channel.type === CHANNEL.dm ? nameOf(otherOf(state, channel)) : channel.name;
}

/** Everybody who can be met: {user, member} by user id. */
export function findPerson(state, userId) {
  for (const guild of [currentGuild(state), ...state.guilds]) {
    const member = guild?.members.find((each) => each.user.id === userId);
    if (member) return { user: member.user, member };
  }
  const bot = state.application?.bot;
  const user = bot?.id === userId ? bot : state.people.find((each) => each.id === userId);
  return user ? { user, member: null } : null;
}

export function displayName(state, user) {
  const known = findPerson(state, user.id);
  return nameOf(known?.user ?? user, known?.member);
}

/** The people of a channel, bots last. */
export function membersOf(state, channel) {
  if (channel?.type === CHANNEL.dm) {
    const users = [...(channel.recipients ?? [])];
    if (!users.some((user) => user.id === state.me.id)) users.unshift(state.me);
    return users.map((user) => ({ user, roles: [] }));
  }
  const guild = state.guilds.find((each) => each.id === channel?.guild_id) ?? currentGuild(state);
  return [...(guild?.members ?? [])].sort((a, b) => Number(!!a.user.bot) - Number(!!b.user.bot));
}

export function rolesOf(state) {
  const guild = currentGuild(state);
  return (guild?.roles ?? []).filter((role) => role.id !== guild.id);
}

export function canManageMessages(state) {
  return may(state, MANAGE_MESSAGES);
}

/** Whether who is at the screen has all these permissions in the server, by roles. */
function may(state, wanted) {
  const guild = currentGuild(state);
  if (!guild || !state.me) return false;
  if (guild.owner_id === state.me.id) return true;
  const mine = guild.members.find((member) => member.user.id === state.me.id)?.roles ?? [];
  const granted = guild.roles
    .filter((role) => role.id === guild.id || mine.includes(role.id))
    .reduce((all, role) => all | BigInt(role.permissions ?? 0), 0n);
  return (granted & ADMINISTRATOR) !== 0n || (granted & wanted) === wanted;
}

/** The commands of one kind that may be used in a channel. */
export function commandsFor(state, type, channel) {
  const context = channel?.guild_id ? 0 : 1; // Discord: 0 guild, 1 direct message with the bot
  const bot = state.application?.bot;
  if (channel?.type === CHANNEL.dm && !channel.recipients?.some((user) => user.id === bot?.id)) return [];
  return state.commands.filter((command) => {
    if ((command.type ?? 1) !== type) return false;
    const needed = context === 0 ? command.default_member_permissions : null;
    if (needed != null && !may(state, BigInt(needed) || ADMINISTRATOR)) return false;
    if (command.contexts?.length) return command.contexts.includes(context);
    return context === 0 || command.dm_permission !== false;
  });
}

export function roomOf(state, channelId) {
  return state.rooms.get(channelId) ?? EMPTY_ROOM;
}

/** Put a message where its id belongs, or replace the one of that id. */
export function withMessage(messages, message) {
  const at = messages.findIndex((each) => compareIds(each.id, message.id) >= 0);
  if (at < 0) return [...messages, message];
  const rest = messages[at].id === message.id ? 1 : 0;
  return [...messages.slice(0, at), message, ...messages.slice(at + rest)];
}

export function typersIn(state, channelId, nowMs = Date.now()) {
  const typing = state.typing.get(channelId) ?? new Map();
  return [...typing].filter(([id, until]) => until > nowMs && id !== state.me?.id).map(([id]) => id);
}

/** "online" or "offline"; people of the local Discord are always there. */
export function statusOf(user, state) {
  return !user.bot || state.botOnline ? "online" : "offline";
}
