/** What the context menus of messages, users and the person panel offer. */
import { avatar } from "./avatar.js";
import { copyText } from "./rich.js";
import { canManageMessages, COMMAND, commandsFor, displayName, findChannel, isThread } from "./state.js";
import { isEphemeral } from "./message.js";

const THREAD_NAME_CHARS = 60;
const RULE = { isRule: true };

export function messageMenu(message, scene) {
  const { state } = scene;
  const isOwn = message.author.id === state.me.id;
  const channel = findChannel(state, message.channel_id);
  if (isEphemeral(message)) {
    return [
      apps(COMMAND.message, message.id, message.channel_id, scene),
      copies(message),
      { label: "Dismiss message", icon: "eye", run: () => scene.remove(message) },
    ].flat();
  }
  return [
    { label: "Reply", icon: "reply", testId: "menu-reply", run: () => scene.reply(message) },
    isOwn && { label: "Edit message", icon: "edit", testId: "menu-edit", run: () => scene.edit(message) },
    channel?.guild_id &&
      !isThread(channel) &&
      !message.thread && {
        label: "Create thread",
        icon: "thread",
        testId: "menu-thread",
        run: () => scene.openThread(message, threadName(message)),
      },
    RULE,
    apps(COMMAND.message, message.id, message.channel_id, scene),
    RULE,
    copies(message),
    (isOwn || canManageMessages(state)) && [
      RULE,
      {
        label: "Delete message",
        icon: "trash",
        isDanger: true,
        testId: "menu-delete",
        run: () => scene.remove(message),
      },
    ],
  ].flat();
}

function copies(message) {
  return [
    message.content && { label: "Copy text", icon: "copy", testId: "menu-copy", run: () => copyText(message.content) },
    { label: "Copy message ID", icon: "id", testId: "menu-copy-id", run: () => copyText(message.id) },
  ];
}

function threadName(message) {
  const line = (message.content || "")
    .split("\n")[0]
    .replace(/[*_~`|#>]/g, "")
    .trim();
  return line.slice(0, THREAD_NAME_CHARS) || "New thread";
}

export function userMenu(user, scene) {
  const { state } = scene;
  const channelId = state.place.channelId;
  return [
    { heading: displayName(state, user) },
    user.id !== state.me.id && { label: "Message", icon: "chat", testId: "menu-dm", run: () => scene.openDm(user.id) },
    apps(COMMAND.user, user.id, channelId, scene),
    RULE,
    { label: "Copy user ID", icon: "id", run: () => copyText(user.id) },
  ];
}

function apps(type, targetId, channelId, scene) {
  const commands = commandsFor(scene.state, type, findChannel(scene.state, channelId));
  const run = (command) => scene.runOn(command, targetId, channelId);
  const items = commands.map((command) => ({ label: command.name, testId: "menu-app", run: () => run(command) }));
  return {
    label: "Apps",
    testId: "menu-apps",
    items: items.length ? items : [{ label: "No commands for this", run: () => {} }],
  };
}

export function peopleMenu(scene) {
  const { state } = scene;
  return [
    { heading: "Act as" },
    ...state.people.map((user) => ({
      label: displayName(state, user),
      detail: `@${user.username}`,
      face: avatar(user, displayName(state, user), "s"),
      isOn: user.id === state.me.id,
      testId: `act-as-${user.username}`,
      run: () => scene.become(user.id),
    })),
  ];
}
