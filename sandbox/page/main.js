/**
 * The page of the local Discord: composition root.
 *
 *   api.js       requests and the live socket          view.js      a small virtual DOM
 *   state.js     what is known, and questions to it    markdown.js, inline.js -> rich.js   text -> tree -> page
 *   store.js     everything that changes the state     message.js, media.js, components.js, log.js   messages
 *   frames.js    what live frames do to it             composer.js, command-form.js, commands.js     writing
 *   sidebar.js, members.js   servers, people           modal.js, menu.js, lightbox.js, dropdown.js   layers
 *
 * Stable hooks for tests (data-testid): message (with data-message-id, data-author-id), message-content, thinking,
 * failure, used-line, reply-line, dismiss, video, file, component-button (with data-custom-id), component-select,
 * dropdown-option, composer, attach, send, counter, tray-file, picker, picker-row, command-form, option (with
 * data-option), option-<name>, option-add, options-more, reply-bar, modal, modal-input (with data-custom-id),
 * modal-select, modal-upload, modal-radio, modal-checkbox, modal-check, modal-submit, modal-cancel, menu, menu-item,
 * menu-reply, menu-edit, menu-delete, menu-copy, menu-copy-id, menu-thread, menu-apps, menu-app, menu-dm, channel
 * (with data-channel-id), dm, channel-title, member, person-switcher, act-as-<username>, bot-presence, toggle-members,
 * open-channels, connection, typing, new-messages, welcome, invitation, example, lightbox, notice, pending.
 *
 * The address after the # is /person/server/channel ("@me" for direct messages), so a place can be linked to.
 */
import { fetchPeople } from "./api.js";
import { Composer } from "./composer.js";
import { joinNames } from "./format.js";
import { acceptDrops } from "./drops.js";
import { layers } from "./layers.js";
import { Log } from "./log.js";
import { keepStampsFresh } from "./rich.js";
import { makeScene } from "./scene.js";
import { channelHeader, members } from "./members.js";
import * as sidebar from "./sidebar.js";
import { findPerson, displayName, typersIn } from "./state.js";
import { Store } from "./store.js";
import { h, icon, patch } from "./view.js";

const RETRY_MS = 1500;
const element = (id) => document.getElementById(id);

let isDue = false;
const store = new Store(() => {
  if (isDue) return;
  isDue = true;
  // Not requestAnimationFrame: a page in the background keeps its title and its place in the text as well.
  queueMicrotask(() => {
    isDue = false;
    draw();
  });
});
const parts = {};
const scene = makeScene(store, parts);
parts.log = new Log(element("log"), scene);
parts.composer = new Composer(element("composer"), scene);

function draw() {
  const { state } = store;
  document.title = store.title();
  document.body.dataset.drawer = state.drawer ?? "";
  document.body.classList.toggle("hides-members", !state.showsMembers);
  patch(element("rail"), sidebar.rail(state, scene));
  patch(element("channels"), sidebar.channels(state, scene));
  patch(element("person"), sidebar.personPanel(state, scene));
  patch(element("members"), members(state, scene));
  patch(element("channel-header"), channelHeader(state, scene));
  patch(element("connection"), connectionBanner(state));
  parts.composer.render(state);
  patch(element("typing"), typingLine(state));
  parts.log.render(state);
  patch(element("layers"), layers(state, scene));
  rememberPlace(state);
}

function connectionBanner({ connection }) {
  return connection === "lost"
    ? h("div", { class: "banner", "data-testid": "connection" }, icon("warning"), "Connection lost. Trying again…")
    : null;
}

function typingLine(state) {
  const names = typersIn(state, state.place.channelId)
    .map((id) => findPerson(state, id))
    .filter(Boolean)
    .map(({ user }) => displayName(state, user));
  if (!names.length) return null;
  const who = names.length > 3 ? "Several people" : joinNames(names);
  return h(
    "div",
    { class: "typing", "data-testid": "typing" },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("strong", {}, who),
    names.length > 1 ? " are typing…" : " is typing…",
  );
}

// --- where one is, in the address ---

function readPlace() {
  const [, person, guildId, channelId] = location.hash.slice(1).split("/");
  return {
    person: person || null,
    place: { guildId: !guildId || guildId === "@me" ? null : guildId, channelId: channelId || null },
  };
}

function rememberPlace({ me, place }) {
  if (!me || !place.channelId) return;
  const hash = `#/${me.id}/${place.guildId ?? "@me"}/${place.channelId}`;
  if (hash === location.hash) return;
  if (location.hash) history.pushState(null, "", hash);
  else history.replaceState(null, "", hash);
}

addEventListener("popstate", () => {
  const { person, place } = readPlace();
  if (person && person !== store.state.me?.id) store.become(person, place);
  else if (place.channelId && place.channelId !== store.state.place.channelId) store.visit(place.channelId);
});

async function start() {
  draw();
  try {
    const people = await fetchPeople();
    const { person, place } = readPlace();
    const isKnown = people.some((user) => user.id === person);
    store.become(isKnown ? person : people[0].id, isKnown ? place : { guildId: null, channelId: null });
  } catch {
    store.set({ connection: "lost" });
    setTimeout(start, RETRY_MS);
  }
}

element("scrim").addEventListener("click", () => store.set({ drawer: null }));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && store.state.drawer && !store.state.menu) store.set({ drawer: null });
});
// Who begins to type means the message, wherever the focus was left.
addEventListener("keydown", (event) => {
  const isFree = [document.body, parts.log.scroller].includes(document.activeElement) && !store.state.modal;
  if (isFree && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
    parts.composer.focus();
  }
});
acceptDrops(element("main"), (files) => parts.composer.addFiles(files));
keepStampsFresh();
start();
