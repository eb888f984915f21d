/** What a person can do on the page. The drawing modules get this instead of the store. */
import { messageMenu, peopleMenu, userMenu } from "./menus.js";
import { isEphemeral } from "./message.js";
import { roomOf } from "./state.js";

const GAP_PX = 4;

/** parts: {log, composer}, there once the page is built. */
export function makeScene(store, parts) {
  const scene = {
    get state() {
      return store.state;
    },
    attempt: (work) => store.attempt(work),
    interact: (...args) => store.interact(...args),
    notify: (sentence) => store.notify(sentence),
    forget: (nonce) => store.forget(nonce),

    visit: (channelId) => {
      store.visit(channelId);
      if (!matchMedia("(max-width: 760px)").matches) queueMicrotask(() => parts.composer.focus());
    },
    enterGuild: (guildId) => store.enterGuild(guildId),
    become: (userId) => store.become(userId),
    reload: (channelId) => store.load(channelId),
    loadOlder: (channelId) => channelId && store.loadOlder(channelId),
    openDm: (userId) => store.openDm(userId),
    openThread: (message, name) => store.openThread(message, name),
    fold: (categoryId) => {
      const closed = new Set(store.state.closed);
      if (!closed.delete(categoryId)) closed.add(categoryId);
      store.set({ closed });
    },
    toggleDrawer: (name) => store.set({ drawer: store.state.drawer === name ? null : name }),
    toggleMembers: () => {
      if (matchMedia("(max-width: 1100px)").matches) scene.toggleDrawer("members");
      else store.set({ showsMembers: !store.state.showsMembers });
    },

    ...messageActions(store, parts),
    ...botActions(store, parts),
    ...layerActions(store),
  };
  scene.openMessageMenu = (event, message) => scene.openMenu(event, "Message", messageMenu(message, scene));
  scene.openUserMenu = (event, user) => scene.openMenu(event, "Person", userMenu(user, scene));
  scene.onUser = scene.openUserMenu;
  scene.openPeopleMenu = (event) => scene.openMenu(event, "Act as", peopleMenu(scene));
  return scene;
}

function messageActions(store, parts) {
  return {
    jumpTo: (id) => parts.log.jumpTo(id) || store.notify("That message is further up; scroll up to load it."),
    reply: (message) => parts.composer.startReply(message),
    edit: (message) => store.set({ editingId: message.id }),
    editLast: () => {
      const { me, place } = store.state;
      const mine = roomOf(store.state, place.channelId).messages.filter((message) => message.author.id === me.id);
      if (mine.length) store.set({ editingId: mine.at(-1).id });
    },
    stopEditing: () => {
      store.set({ editingId: null });
      queueMicrotask(() => parts.composer.focus());
    },
    saveEdit: async (message, text) => {
      store.set({ editingId: null });
      queueMicrotask(() => parts.composer.focus());
      if (text.trim() && text !== message.content) await store.attempt((api) => api.edit(message, text.trim()));
    },
    remove: async (message) => {
      const isGone = await store.attempt((api) => api.remove(message).then(() => true));
      if (!isGone || !isEphemeral(message)) return;
      const { messages } = roomOf(store.state, message.channel_id);
      store.setRoom(message.channel_id, { messages: messages.filter((each) => each.id !== message.id) });
    },
  };
}

function botActions(store, parts) {
  return {
    startCommand: (entry) => parts.composer.startCommand(entry),
    press: (message, component, values) => {
      const ids = { channel_id: message.channel_id, message_id: message.id, custom_id: component.custom_id };
      const body = { ...ids, component_type: component.type, ...(values && { values }) };
      for (const entry of [...store.state.pending.values()]) {
        if (entry.messageId === message.id && entry.state === "failed") store.forget(entry.nonce);
      }
      const entry = {
        kind: "component",
        channelId: message.channel_id,
        messageId: message.id,
        customId: component.custom_id,
      };
      return store.interact("component", entry, body);
    },
    runOn: (command, targetId, channelId) => {
      const body = { channel_id: channelId, name: command.name, type: command.type, options: [], target_id: targetId };
      return store.interact("command", { kind: "command", channelId, label: command.name }, body);
    },
    submitModal: (given, { components, files, onState }) => {
      const close = (state) => {
        if (state === "done" && store.state.modal === given) store.set({ modal: null });
        onState(state);
      };
      const entry = { kind: "modal", channelId: given.channelId, messageId: given.messageId, onState: close };
      return store.interact("modal", entry, { interaction_id: given.interactionId, components }, files);
    },
    cancelModal: (interactionId) => {
      store.set({ modal: null });
      store.attempt((api) => api.interact("modal/cancel", { interaction_id: interactionId }));
    },
  };
}

function layerActions(store) {
  return {
    openMenu: (event, label, items) => {
      event.preventDefault();
      event.stopPropagation();
      const box = event.currentTarget.getBoundingClientRect();
      const isPointed = event.type === "contextmenu" && event.clientX > 0;
      const place = isPointed
        ? { x: event.clientX, y: event.clientY }
        : { x: box.left, y: box.bottom + GAP_PX, above: box.top - GAP_PX };
      store.set({ menu: { ...place, label, items } });
    },
    closeMenu: (menu) => store.state.menu === menu && store.set({ menu: null }),
    openLightbox: (files, at) => store.set({ lightbox: { files, at } }),
    closeLightbox: () => store.set({ lightbox: null }),
  };
}
