/** Where one writes: messages with files and mentions, and slash commands with their options. */
import { CommandForm } from "./command-form.js";
import { findTyped, flatten } from "./commands.js";
import { attachButton, counter, replyBar, sendButton, textField } from "./composer-parts.js";
import { formatSize } from "./format.js";
import { fileTray } from "./file-tray.js";
import { Picker } from "./picker.js";
import { channelName, commandsFor, findChannel } from "./state.js";
import { commandItems, peopleItems } from "./suggestions.js";
import { h, patch } from "./view.js";

const MAX_CHARS = 2000; // Discord: "Create Message", content
const NARROW = "(max-width: 760px)"; // there the focus would call up the keyboard of a phone
const WARN_FROM = 1800;
const MAX_FILES = 10;
const grown = new WeakMap(); // text area -> what its height was worked out for

export class Composer {
  constructor(root, scene) {
    this.root = root;
    this.scene = scene;
    this.text = "";
    this.files = [];
    this.reply = null; // {message, ping}
    this.form = null;
    this.isSending = false;
    this.channelId = null;
    this.drafts = new Map();
    this.picker = new Picker(() => this.draw());
  }

  /** Draw for the state; another channel brings its own draft. */
  render({ place }) {
    const isNew = place.channelId !== this.channelId || this.root.hidden;
    if (place.channelId !== this.channelId) {
      this.drafts.set(this.channelId, this.text);
      this.channelId = place.channelId;
      Object.assign(this, { text: this.drafts.get(place.channelId) ?? "", files: [], reply: null, form: null });
      this.picker.items = [];
    }
    this.draw();
    if (isNew && document.activeElement === document.body && !matchMedia(NARROW).matches) this.focus();
  }

  draw() {
    const channel = findChannel(this.scene.state, this.channelId);
    this.root.hidden = !channel;
    if (!channel) return;
    patch(
      this.root,
      this.picker.view(),
      this.reply && replyBar(this.reply, this.scene.state, (reply) => this.#setReply(reply)),
      h(
        "form",
        { class: `composer-box ${this.form ? "is-command" : ""}`, on: { submit: (event) => event.preventDefault() } },
        !this.form && fileTray(this.files, (index) => this.#dropFile(index)),
        this.form
          ? h("div", { class: "composer-line", key: "form" }, this.form.view(), this.#sendButton("Run command"))
          : this.#textLine(channel),
      ),
    );
    for (const area of this.root.querySelectorAll("textarea")) grow(area);
  }

  // --- what others ask of it ---

  startReply(message) {
    this.form = null;
    this.reply = { message, ping: message.author.id !== this.scene.state.me.id };
    this.draw();
    this.focus();
  }

  startCommand(entry, rest = "") {
    this.form = new CommandForm(this, entry, rest);
    this.picker.items = [];
    this.text = "";
    this.draw();
    this.focus(this.form.firstField);
  }

  addFiles(files) {
    const rest = this.form ? this.form.takeFiles(files) : files;
    if (this.form && rest.length)
      this.scene.notify(
        `/${this.form.entry.name} takes no ${rest.length === files.length ? "file here" : "further file"}.`,
      );
    if (this.form || !rest.length) return this.draw();
    const most = this.scene.state.limits.max_file_bytes;
    const tooLarge = rest.find((file) => file.size > most);
    if (tooLarge)
      this.scene.notify(`${tooLarge.name} is ${formatSize(tooLarge.size)}; at most ${formatSize(most)} can be sent.`);
    const fitting = [...this.files, ...rest.filter((file) => file.size <= most)];
    if (fitting.length > MAX_FILES) this.scene.notify(`A message carries at most ${MAX_FILES} files.`);
    this.files = fitting.slice(0, MAX_FILES);
    this.draw();
    this.focus();
    return undefined;
  }

  /** Write into a field: an option of the command, or the message. */
  focus(name = null) {
    const field = this.root.querySelector(
      name
        ? `[data-option="${CSS.escape(name)}"] :is(textarea, input, button.dropdown-button)`
        : "textarea, input:not([type=file]), .send",
    );
    field?.focus({ preventScroll: true });
    if (field?.value && field.setSelectionRange) field.setSelectionRange(field.value.length, field.value.length);
  }

  isWriting = (name) => document.activeElement?.dataset.field === name;
  suggest = (items) => (items.length ? this.picker.show("Suggestions", items.map(this.#closing)) : this.picker.hide());

  leave() {
    this.form = null;
    this.picker.items = [];
    this.draw();
    this.focus();
  }

  async complete(question) {
    const answer = await this.scene.attempt((api) =>
      api.interact("autocomplete", { channel_id: this.channelId, ...question }),
    );
    return answer?.choices ?? [];
  }

  onFieldKey(event) {
    if (this.picker.onKey(event) || event.isComposing) return;
    if (event.key === "Escape") this.leave();
    else if (event.key === "Backspace" && !event.target.value && !this.form.values.size) this.leave();
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else return;
    event.preventDefault();
  }

  // --- writing ---

  #textLine(channel) {
    const { state } = this.scene;
    const label = `Message ${channel.guild_id ? "#" : "@"}${channelName(state, channel)}`;
    const on = {
      input: (event) => this.#typed(event),
      keydown: (event) => this.#onKey(event),
      paste: (event) => this.#pasted(event),
      click: (event) => this.#suggestFor(event.target),
      blur: () => this.picker.hide(),
    };
    const parts = [
      attachButton((files) => this.addFiles(files)),
      textField(label, this.text, this.picker.aria, on),
      counter(MAX_CHARS - this.text.length, this.text.length > WARN_FROM),
      this.#sendButton("Send message"),
    ];
    return h("div", { class: "composer-line", key: "text" }, parts);
  }

  #sendButton(label) {
    const isReady = !!this.form || !!this.text.trim() || this.files.length > 0;
    return sendButton(label, isReady, this.isSending, () => this.submit());
  }

  #setReply(reply) {
    this.reply = reply;
    this.draw();
    this.focus();
  }

  #typed(event) {
    this.text = event.target.value;
    const typed = this.text.startsWith("/") && event.data === " " ? findTyped(this.text, this.#entries()) : null;
    if (typed) return this.startCommand(typed.entry, typed.rest);
    this.#suggestFor(event.target);
    return this.draw();
  }

  #onKey(event) {
    if (this.picker.isOpen && event.key === "Enter" && findTyped(this.text, this.#entries())?.rest) this.picker.hide();
    if (this.picker.onKey(event) || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.submit();
    else if (event.key === "Escape" && this.reply) this.reply = null;
    else if (event.key === "ArrowUp" && !this.text) this.scene.editLast();
    else return;
    event.preventDefault();
    this.draw();
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.addFiles(files);
  }

  #dropFile(index) {
    this.files = this.files.filter((_, each) => each !== index);
    this.draw();
  }

  // --- suggestions ---

  #entries() {
    return flatten(commandsFor(this.scene.state, 1, findChannel(this.scene.state, this.channelId)));
  }

  #suggestFor(area) {
    const before = area.value.slice(0, area.selectionStart);
    const mention = /(?:^|\s)@([^\s@]{0,32})$/.exec(before);
    if (/^\/[^\n]*$/.test(before)) {
      const choose = (entry) => this.startCommand(entry);
      this.picker.show("Commands", commandItems(this.scene.state, this.#entries(), before.slice(1), choose));
    } else if (mention) {
      const choose = (user) => this.#mention(user, mention[1], area.selectionStart);
      this.picker.show("People", peopleItems(this.scene.state, this.channelId, mention[1], choose));
    } else {
      this.picker.hide();
    }
  }

  #mention(user, query, caret) {
    const start = caret - query.length - 1;
    const mark = `<@${user.id}> `;
    this.text = this.text.slice(0, start) + mark + this.text.slice(caret);
    this.picker.items = [];
    this.draw();
    const area = this.root.querySelector("textarea");
    area.setSelectionRange(start + mark.length, start + mark.length);
    area.focus();
  }

  #closing = (item) => ({
    ...item,
    choose: () => {
      this.picker.items = [];
      item.choose();
    },
  });

  // --- sending ---

  async submit() {
    if (this.isSending) return;
    this.picker.items = [];
    if (this.form) return this.#runCommand();
    const typed = this.text.startsWith("/") ? findTyped(this.text.trim(), this.#entries()) : null;
    if (typed) {
      this.startCommand(typed.entry, typed.rest);
      const isComplete = typed.rest || !typed.entry.options.length;
      return isComplete ? this.#runCommand() : undefined;
    }
    return this.#sendMessage();
  }

  async #runCommand() {
    const { form, channelId } = this;
    const ready = form.read();
    if (!ready) {
      this.draw();
      return this.focus([...form.errors.keys()][0]);
    }
    const entry = { kind: "command", channelId, label: `/${form.entry.name}` };
    this.leave();
    const body = { channel_id: channelId, name: form.entry.command.name, type: 1, options: ready.options };
    const isTaken = await this.scene.interact("command", entry, body, ready.files);
    if (isTaken || this.form || this.text || this.channelId !== channelId) return undefined;
    // What was typed is worth keeping when the server refused it.
    this.form = form;
    this.draw();
    return this.focus(form.firstField);
  }

  async #sendMessage() {
    const { text, files, reply, channelId } = this;
    if (text.length > MAX_CHARS)
      return this.scene.notify(`A message holds at most ${MAX_CHARS} characters; this has ${text.length}.`);
    if (!text.trim() && !files.length) return undefined;
    this.isSending = true;
    this.draw();
    const body = { content: text.trim(), ...(reply && { reply_to: reply.message.id, ping_reply: reply.ping }) };
    const message = await this.scene.attempt((api) => api.send(channelId, body, files));
    this.isSending = false;
    if (message && this.channelId === channelId) Object.assign(this, { text: "", files: [], reply: null });
    else if (message) this.drafts.delete(channelId);
    this.draw();
    return this.focus();
  }
}

/** Let a text area be as high as its text; the style sheet sets where it begins to scroll. */
function grow(area) {
  const seen = `${area.clientWidth} ${area.value}`;
  if (grown.get(area) === seen) return;
  grown.set(area, seen);
  area.style.setProperty("height", "auto");
  area.style.setProperty("height", `${area.scrollHeight}px`);
}
