/** What each frame of the live socket does to the state. `FRAMES[name](store, data)`; the store draws afterwards. */
import { compareIds } from "./format.js";
import { CHANNEL, isThread, roomOf, withMessage } from "./state.js";

export const FRAMES = {
  READY: (store, body) => store.ready(body),
  COMMANDS: ({ state }, { commands }) => {
    state.commands = commands;
  },
  PRESENCE: (store, { online }) => {
    store.state.botOnline = online;
    // The first presence of a bot makes its application known, which only the whole state tells.
    if (online) refresh(store);
  },
  MESSAGE_CREATE: (store, message) => {
    keep(store, message, true);
    store.state.typing.get(message.channel_id)?.delete(message.author.id);
    count(store.state, message);
  },
  MESSAGE_UPDATE: (store, message) => keep(store, message, false),
  MESSAGE_DELETE: (store, { id, channel_id: channelId }) => {
    const room = roomOf(store.state, channelId);
    store.setRoom(channelId, { messages: room.messages.filter((message) => message.id !== id) });
  },
  TYPING_START: (store, { channel_id: channelId, user_id: userId }) => store.sawTyping(channelId, userId),
  CHANNEL_CREATE: ({ state }, channel) => putChannel(state, channel),
  CHANNEL_UPDATE: ({ state }, channel) => putChannel(state, channel),
  THREAD_CREATE: ({ state }, channel) => putChannel(state, channel),
  THREAD_UPDATE: ({ state }, channel) => putChannel(state, channel),
  CHANNEL_DELETE: (store, { id }) => dropChannel(store, id),
  THREAD_DELETE: (store, { id }) => dropChannel(store, id),
  INTERACTION: (store, frame) => follow(store, frame),
  MODAL: (store, { interaction_id: interactionId, nonce, modal }) => {
    const from = store.state.pending.get(nonce);
    const channelId = from?.channelId ?? store.state.place.channelId;
    store.state.pending.delete(nonce);
    store.state.modal = { interactionId, modal, channelId, messageId: from?.messageId ?? null };
  },
};

async function refresh(store) {
  const { state } = store;
  const body = await store.attempt((api) => api.state());
  if (!body || state !== store.state) return;
  const { people, guilds, dms, application, commands, bot_online: botOnline } = body;
  store.set({ people, guilds, dms, application, commands, botOnline });
}

function keep(store, message, isNew) {
  const room = roomOf(store.state, message.channel_id);
  const isKnown = room.messages.some((each) => each.id === message.id);
  const isInside = room.messages.length > 0 && compareIds(message.id, room.messages[0].id) > 0;
  // An update of a message above what is loaded must not tear a hole into the history.
  if (!isNew && !isKnown && !isInside) return;
  const arrived = room.isLoading ? withMessage(room.arrived, message) : room.arrived;
  store.setRoom(message.channel_id, { messages: withMessage(room.messages, message), arrived });
}

function count(state, message) {
  if (message.channel_id === state.place.channelId || message.author.id === state.me?.id) return;
  const before = state.unread.get(message.channel_id) ?? { count: 0, mentions: 0 };
  const isMention = message.mention_everyone || message.mentions?.some((user) => user.id === state.me?.id);
  const isDirect = state.dms.some((dm) => dm.id === message.channel_id);
  const mentions = before.mentions + (isMention || isDirect ? 1 : 0);
  state.unread.set(message.channel_id, { count: before.count + 1, mentions });
}

function putChannel(state, channel) {
  if (channel.type === CHANNEL.dm) {
    state.dms = [channel, ...state.dms.filter((each) => each.id !== channel.id)];
    return;
  }
  const parentOf = (each) => each.channels.some((other) => other.id === channel.parent_id);
  state.guilds = state.guilds.map((guild) => {
    const isHome = channel.guild_id ? guild.id === channel.guild_id : isThread(channel) && parentOf(guild);
    if (!isHome) return guild;
    const known = guild.channels.find((each) => each.id === channel.id);
    const channels = known
      ? guild.channels.map((each) => (each.id === channel.id ? { ...each, ...channel } : each))
      : [...guild.channels, channel];
    return { ...guild, channels };
  });
}

function dropChannel(store, id) {
  const { state } = store;
  state.dms = state.dms.filter((each) => each.id !== id);
  state.guilds = state.guilds.map((guild) => ({ ...guild, channels: guild.channels.filter((each) => each.id !== id) }));
  if (state.place.channelId === id) store.enterGuild(state.place.guildId);
}

function follow(store, frame) {
  const { pending } = store.state;
  const entry = pending.get(frame.nonce);
  if (!entry) return;
  if (frame.state === "done") pending.delete(frame.nonce);
  else pending.set(frame.nonce, { ...entry, state: frame.state });
  entry.onState?.(frame.state);
}
