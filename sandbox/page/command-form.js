/** A chosen command in the composer: its options as fields, checked before they leave. */
import { Dropdown } from "./dropdown.js";
import { formOrder, OPTION, readTyped, readValues, textOption, wrap } from "./commands.js";
import { formatSize } from "./format.js";
import { optionChoices } from "./select-options.js";
import { h, icon, widget } from "./view.js";

const AUTOCOMPLETE_AFTER_MS = 180;
const NUMERIC = new Set([OPTION.integer, OPTION.number]);

export class CommandForm {
  /** owner: the composer, {scene, draw, focus(name), submit, leave, suggest(items, choose)}. */
  constructor(owner, entry, rest = "") {
    this.owner = owner;
    this.entry = entry;
    this.values = readTyped(entry, rest);
    this.errors = new Map();
    this.shown = new Set(
      formOrder(entry)
        .filter((option) => option.required || this.values.has(option.name))
        .map((option) => option.name),
    );
    if (!this.shown.size && textOption(entry)) this.shown.add(textOption(entry).name);
    this.isAdding = false;
    this.timer = 0;
  }

  /** The field to write in first: the first without a value, else the text. */
  get firstField() {
    const fields = this.fields;
    return (
      (fields.find((option) => !this.values.has(option.name)) ?? textOption(this.entry) ?? fields[0])?.name ?? null
    );
  }

  get fields() {
    return formOrder(this.entry).filter((option) => this.shown.has(option.name));
  }

  /** Return {options, files} ready to send, or null with the problems shown. */
  read() {
    const { options, files, errors } = readValues(
      this.entry,
      this.values,
      this.owner.scene.state.limits.max_file_bytes,
    );
    this.errors = errors;
    for (const name of errors.keys()) this.shown.add(name);
    return errors.size ? null : { options, files };
  }

  /** Put files into empty file options; returns those that found none. */
  takeFiles(files) {
    const free = this.entry.options.filter(
      (option) => option.type === OPTION.attachment && !this.values.has(option.name),
    );
    files.slice(0, free.length).forEach((file, index) => this.#set(free[index], file));
    return files.slice(free.length);
  }

  view() {
    const hidden = formOrder(this.entry).filter((option) => !this.shown.has(option.name));
    const keydown = (event) => event.key === "Escape" && !event.defaultPrevented && this.owner.leave();
    return h(
      "div",
      { class: "command-form", "data-testid": "command-form", on: { keydown } },
      h(
        "div",
        { class: "command-head" },
        h("span", { class: "command-name" }, `/${this.entry.name}`),
        h("span", { class: "command-about" }, this.entry.description),
        h(
          "button",
          {
            type: "button",
            class: "icon-button small",
            "aria-label": "Leave this command",
            title: "Leave this command (Escape)",
            on: { click: () => this.owner.leave() },
          },
          icon("close"),
        ),
      ),
      h(
        "div",
        { class: "command-fields" },
        this.fields.map((option) => this.#field(option)),
        this.#more(hidden),
      ),
    );
  }

  #field(option) {
    const error = this.errors.get(option.name);
    const isWide = option.type === OPTION.string && !option.choices?.length;
    const id = `option-${option.name}`;
    return h(
      "div",
      {
        key: option.name,
        class: `option ${isWide ? "is-wide" : ""} ${error ? "is-invalid" : ""}`,
        "data-testid": "option",
        "data-option": option.name,
      },
      h("label", { class: "option-name", for: id, title: option.description }, option.name),
      h("div", { class: "option-value" }, this.#control(option, id, !!error)),
      !option.required &&
        h(
          "button",
          {
            type: "button",
            class: "option-remove",
            "aria-label": `Remove ${option.name}`,
            on: { click: () => this.#remove(option) },
          },
          icon("close"),
        ),
      error && h("p", { class: "option-error", role: "alert", id: `${id}-error` }, error),
    );
  }

  #control(option, id, isInvalid) {
    if (option.type === OPTION.attachment) return this.#fileControl(option, id);
    const list = optionChoices(option, this.owner.scene.state);
    if (list) return this.#dropdown(option, list, isInvalid);
    const props = {
      id,
      class: "option-input",
      "data-field": option.name,
      "data-testid": `option-${option.name}`,
      placeholder: option.description,
      autocomplete: "off",
      "aria-invalid": isInvalid ? "true" : null,
      "aria-describedby": isInvalid ? `${id}-error` : null,
      value: this.values.get(option.name) ?? "",
      on: {
        input: (event) => this.#typed(option, event.target.value),
        focus: () => this.#askAutocomplete(option, 0),
        keydown: (event) => this.owner.onFieldKey(event),
      },
    };
    if (NUMERIC.has(option.type) && !option.autocomplete)
      return h("input", {
        ...props,
        type: "text",
        inputmode: option.type === OPTION.integer ? "numeric" : "decimal",
        size: "10",
      });
    return option.type === OPTION.string
      ? h("textarea", { ...props, rows: "1" })
      : h("input", { ...props, type: "text" });
  }

  #dropdown(option, options, isInvalid) {
    const value = this.values.get(option.name);
    return widget(Dropdown, option.name, {
      options,
      values: value === undefined ? [] : [value],
      min: 0,
      max: 1,
      placeholder: option.description,
      label: option.name,
      isInvalid,
      testId: `option-${option.name}`,
      onChange: ([chosen]) => {
        this.#set(option, chosen);
        this.owner.focus(
          this.fields.find((each) => each.required && !this.values.has(each.name))?.name ??
            textOption(this.entry)?.name,
        );
      },
    });
  }

  #fileControl(option, id) {
    const file = this.values.get(option.name);
    const take = (event) => event.target.files[0] && this.#set(option, event.target.files[0]);
    return h(
      "label",
      { class: "option-file" },
      icon("clip"),
      h("span", {}, file ? file.name : "Choose or drop a file"),
      file && h("span", { class: "faint small" }, formatSize(file.size)),
      h("input", {
        id,
        type: "file",
        class: "visually-hidden",
        "data-field": option.name,
        "data-testid": `option-${option.name}`,
        on: { change: take, keydown: (event) => event.key === "Enter" && this.owner.onFieldKey(event) },
      }),
    );
  }

  #more(hidden) {
    if (hidden.length < 2) return hidden.map((option) => this.#adder(option));
    const toggle = h(
      "button",
      {
        key: "more",
        type: "button",
        class: "option-add is-more",
        "data-testid": "options-more",
        "aria-expanded": String(this.isAdding),
        on: { click: () => this.#toggleMore() },
      },
      this.isAdding ? "Fewer" : `+${hidden.length} more`,
    );
    return [this.isAdding && hidden.map((option) => this.#adder(option)), toggle];
  }

  #adder(option) {
    const props = {
      key: `add-${option.name}`,
      type: "button",
      class: "option-add",
      title: option.description,
      "data-testid": "option-add",
    };
    return h("button", { ...props, on: { click: () => this.#add(option) } }, `+ ${option.name}`);
  }

  #toggleMore() {
    this.isAdding = !this.isAdding;
    this.owner.draw();
  }

  #add(option) {
    this.shown.add(option.name);
    this.owner.draw();
    this.owner.focus(option.name);
  }

  #remove(option) {
    this.shown.delete(option.name);
    this.values.delete(option.name);
    this.errors.delete(option.name);
    this.owner.draw();
    this.owner.focus(this.firstField);
  }

  #set(option, value) {
    if (value === undefined) this.values.delete(option.name);
    else this.values.set(option.name, value);
    this.shown.add(option.name);
    this.errors.delete(option.name);
    this.owner.draw();
  }

  #typed(option, text) {
    // Who types the name of the option as in "/ask prompt: hello" means the field they are in already.
    const own = `${option.name}:`;
    if (option.type === OPTION.string && text.trimStart().startsWith(`${own} `))
      return this.#set(option, text.trimStart().slice(own.length).trimStart());
    const next = /\s([\p{L}\p{N}_-]{1,32}):\s$/u.exec(text);
    const other =
      next &&
      this.entry.options.find(
        (each) => each.name === next[1] && each.type !== OPTION.attachment && !this.values.has(each.name),
      );
    this.#set(option, other ? text.slice(0, next.index) : text);
    if (other) this.#add(other);
    else this.#askAutocomplete(option, AUTOCOMPLETE_AFTER_MS);
    return null;
  }

  #askAutocomplete(option, afterMs) {
    clearTimeout(this.timer);
    this.owner.suggest([]);
    if (!option.autocomplete) return;
    this.timer = setTimeout(async () => {
      const choices = await this.owner.complete(this.#question(option));
      const asked = this.values.get(option.name) ?? "";
      const items = choices.map((choice) => ({
        id: String(choice.value),
        title: choice.name,
        choose: () => this.#set(option, choice.value),
      }));
      if (this.owner.isWriting(option.name) && asked === (this.values.get(option.name) ?? ""))
        this.owner.suggest(items);
    }, afterMs);
  }

  /** The options as they are so far, the one being written marked, for the bot to complete. */
  #question(option) {
    const known = readValues(this.entry, this.values, Infinity).options;
    let inner = known;
    for (const node of this.entry.path.slice(1)) inner = inner.find((each) => each.name === node.name)?.options ?? [];
    const others = inner.filter((each) => each.name !== option.name && each.type !== OPTION.attachment);
    const focused = {
      name: option.name,
      type: option.type,
      value: String(this.values.get(option.name) ?? ""),
      focused: true,
    };
    return { name: this.entry.command.name, type: 1, options: wrap(this.entry, [...others, focused]) };
  }
}
