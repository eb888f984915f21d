/** The state and everything that changes it: frames of the live socket, and what a person does. */
import { ApiError, PersonApi } from "./api.js";
import { makeNonce } from "./format.js";
import { FRAMES } from "./frames.js";
import { channelName, currentGuild, emptyState, findChannel, isText, roomOf, withMessage } from "./state.js";

const TYPING_MS = 10_000; // Discord: a typing sign lasts ten seconds
const NOTICE_MS = 6000;
const PAGE = 50;

export class Store {
  constructor(onChange) {
    this.state = emptyState();
    this.api = null;
    this.#onChange = onChange;
  }

  #onChange;
  #endLive = null;
  #noticeTimer = 0;

  /** Change top-level parts of the state and have the page drawn. */
  set(parts) {
    Object.assign(this.state, parts);
    this.#onChange();
  }

  // --- being somebody ---

  /** Become a person: everything is read anew, as that person may see it. */
  become(userId, place = null) {
    this.#endLive?.();
    const { drawer, showsMembers, place: old } = this.state;
    this.state = { ...emptyState(), drawer, showsMembers, place: place ?? old };
    this.api = new PersonApi(userId);
    this.#endLive = this.api.live({
      frame: (name, data) => this.receive(name, data),
      status: (status) => status === "lost" && this.set({ connection: "lost" }),
    });
    this.#onChange();
  }

  receive(name, data) {
    FRAMES[name]?.(this, data);
    this.#onChange();
  }

  ready(body) {
    const { user: me, people, guilds, dms, application, commands, bot_online: botOnline, limits } = body;
    for (const room of this.state.rooms.values()) room.isLoaded = false;
    this.set({ me, people, guilds, dms, application, commands, botOnline, limits, connection: "open" });
    const wanted = findChannel(this.state, this.state.place.channelId);
    if (wanted) this.visit(wanted.id);
    else this.enterGuild(this.state.place.guildId ?? guilds[0]?.id ?? null);
  }

  // --- moving about ---

  enterGuild(guildId) {
    const guild = this.state.guilds.find((each) => each.id === guildId) ?? null;
    const first = guild ? firstChannel(guild) : this.state.dms[0];
    this.set({ place: { guildId: guild?.id ?? null, channelId: null } });
    if (first) this.visit(first.id);
  }

  visit(channelId) {
    const channel = findChannel(this.state, channelId);
    if (!channel) return;
    this.state.unread.delete(channelId);
    this.set({ place: { guildId: channel.guild_id ?? null, channelId }, drawer: null, menu: null, editingId: null });
    if (!roomOf(this.state, channelId).isLoaded) this.load(channelId);
  }

  async load(channelId) {
    this.setRoom(channelId, { arrived: [] });
    await this.#fetch(channelId, null, (page) => roomOf(this.state, channelId).arrived.reduce(withMessage, page));
  }

  async loadOlder(channelId) {
    const { messages, hasMore, isLoading } = roomOf(this.state, channelId);
    if (!hasMore || isLoading || !messages.length) return;
    await this.#fetch(channelId, messages[0].id, (page) => [...page, ...roomOf(this.state, channelId).messages]);
  }

  async #fetch(channelId, before, combine) {
    const { state } = this;
    this.setRoom(channelId, { isLoading: true, error: null });
    try {
      const page = await this.api.history(channelId, before, PAGE);
      if (state !== this.state) return; // somebody else by now
      const messages = combine([...page].reverse());
      this.setRoom(channelId, { messages, isLoaded: true, isLoading: false, hasMore: page.length === PAGE });
    } catch (error) {
      if (state === this.state) this.setRoom(channelId, { isLoading: false, error: error.message });
    }
  }

  setRoom(channelId, parts) {
    this.state.rooms.set(channelId, { ...roomOf(this.state, channelId), ...parts });
    this.#onChange();
  }

  // --- doing things ---

  /** Run a request; a refusal becomes a notice. Returns its answer, or null. */
  async attempt(work) {
    try {
      return await work(this.api);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.notify(error.message);
      return null;
    }
  }

  notify(sentence) {
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => this.set({ notice: null }), NOTICE_MS);
    this.set({ notice: sentence });
  }

  /**
   * Start an interaction and follow it. `entry` describes it for the page: {kind, channelId, messageId, customId, label}.
   * The nonce is known before the request leaves: the frames may overtake its answer.
   */
  async interact(kind, entry, body, files = []) {
    const nonce = makeNonce();
    const retry = () => this.interact(kind, entry, body, files);
    this.state.pending.set(nonce, { ...entry, nonce, state: "pending", at: Date.now(), retry });
    this.#onChange();
    try {
      await this.api.interact(kind, { ...body, nonce }, files);
      return true;
    } catch (error) {
      this.state.pending.delete(nonce);
      this.#onChange();
      if (!(error instanceof ApiError)) throw error;
      this.notify(error.message);
      return false;
    }
  }

  forget(nonce) {
    this.state.pending.delete(nonce);
    this.#onChange();
  }

  async openDm(userId) {
    const channel = await this.attempt((api) => api.openDm(userId));
    if (!channel) return;
    FRAMES.CHANNEL_CREATE(this, channel);
    this.visit(channel.id);
  }

  async openThread(message, name) {
    const channel = await this.attempt((api) => api.openThread(message.channel_id, { name, message_id: message.id }));
    if (!channel) return;
    FRAMES.THREAD_CREATE(this, channel);
    this.visit(channel.id);
  }

  sawTyping(channelId, userId) {
    const typing = this.state.typing.get(channelId) ?? new Map();
    typing.set(userId, Date.now() + TYPING_MS);
    this.state.typing.set(channelId, typing);
    setTimeout(() => this.#onChange(), TYPING_MS + 50);
  }

  /** Title of the page: where one is, and how much was missed. */
  title() {
    const { place, unread } = this.state;
    const missed = [...unread.values()].reduce((sum, each) => sum + each.mentions, 0);
    const channel = findChannel(this.state, place.channelId);
    const where = channel ? `${channel.guild_id ? "#" : "@"}${channelName(this.state, channel)}` : "Home";
    const guild = currentGuild(this.state);
    return `${missed ? `(${missed}) ` : ""}${where}${guild ? ` · ${guild.name}` : ""}`;
  }
}

function firstChannel(guild) {
  const texts = guild.channels.filter(isText);
  return texts.sort((a, b) => (a.position ?? 0) - (b.position ?? 0))[0];
}
