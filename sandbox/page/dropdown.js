/**
 * A select of one or several options, with descriptions and a filter: message components, modals and command options.
 *
 * Props: options [{value,label,description,emoji}], values, min, max, placeholder, label, isDisabled, isBusy, isInvalid,
 * onChange(values). With max > 1 the choice is handed over when the list closes, as Discord does.
 */
import { fuzzyScore } from "./format.js";
import { h, icon, patch } from "./view.js";

const FILTER_FROM = 8;
const GAP_PX = 6;
const MAX_LIST_PX = 320;
let counter = 0;

export class Dropdown {
  constructor(props) {
    this.el = document.createElement("div");
    this.el.className = "dropdown";
    this.id = `dropdown-${(counter += 1)}`;
    this.isOpen = false;
    this.active = 0;
    this.query = "";
    this.update(props);
  }

  update(props) {
    this.props = props;
    if (!this.isOpen) this.chosen = props.values ?? [];
    this.#draw();
  }

  destroy() {
    if (this.isOpen) this.#popup()?.hidePopover();
  }

  get #isMulti() {
    return (this.props.max ?? 1) > 1;
  }

  get #visible() {
    const scored = this.props.options.map((option) => [option, fuzzyScore(this.query, option.label)]);
    const kept = scored.filter(([, score]) => score > 0);
    if (this.query) kept.sort((a, b) => b[1] - a[1]);
    return kept.map(([option]) => option);
  }

  #popup = () => this.el.querySelector("[popover]");
  #button = () => this.el.querySelector(".dropdown-button");

  #draw() {
    const { label, isDisabled, isBusy, isInvalid, testId = "dropdown" } = this.props;
    const button = {
      type: "button",
      class: "dropdown-button",
      role: "combobox",
      "data-testid": testId,
      "aria-label": label,
      "aria-haspopup": "listbox",
      "aria-expanded": String(this.isOpen),
      "aria-controls": this.id,
      "aria-invalid": isInvalid ? "true" : null,
      disabled: isDisabled || isBusy,
      on: {
        click: () => (this.isOpen ? this.#popup().hidePopover() : this.#open()),
        keydown: (event) => this.#onButtonKey(event),
      },
    };
    patch(
      this.el,
      h(
        "button",
        button,
        h("span", { class: "dropdown-text" }, this.#summary()),
        isBusy
          ? h("span", { class: "spinner", role: "status", "aria-label": "Working" })
          : icon("down", "dropdown-arrow"),
      ),
      this.#list(),
    );
  }

  #summary() {
    const picked = this.props.options.filter((option) => this.chosen.includes(option.value));
    if (!picked.length) return h("span", { class: "placeholder" }, this.props.placeholder || "Choose an option");
    if (!this.#isMulti) return h("span", { class: "dropdown-picked" }, emojiOf(picked[0]), picked[0].label);
    return picked.map((option) => h("span", { key: option.value, class: "tag" }, emojiOf(option), option.label));
  }

  #list() {
    const visible = this.#visible;
    const popup = {
      id: this.id,
      popover: "auto",
      class: "dropdown-popup",
      on: { toggle: (event) => this.#onToggle(event), keydown: (event) => this.#onKey(event) },
    };
    const list = {
      role: "listbox",
      tabindex: "-1",
      class: "dropdown-list",
      "aria-label": this.props.label,
      "aria-multiselectable": this.#isMulti ? "true" : null,
    };
    return h(
      "div",
      popup,
      this.props.options.length > FILTER_FROM &&
        h("input", {
          class: "dropdown-filter",
          type: "search",
          placeholder: "Filter",
          "aria-label": "Filter",
          value: this.query,
          autocomplete: "off",
          on: { input: (event) => this.#filter(event.target.value) },
        }),
      h(
        "div",
        list,
        visible.map((option, index) => this.#option(option, index)),
        !visible.length && h("div", { class: "dropdown-empty" }, "Nothing fits"),
      ),
    );
  }

  #option(option, index) {
    const isChosen = this.chosen.includes(option.value);
    const props = {
      key: String(option.value),
      role: "option",
      class: `dropdown-option ${index === this.active ? "is-active" : ""}`,
      "aria-selected": String(isChosen),
      "data-testid": "dropdown-option",
      on: { click: () => this.#choose(option), pointermove: () => this.active !== index && this.#activate(index) },
    };
    return h(
      "div",
      props,
      emojiOf(option),
      h(
        "span",
        { class: "option-text" },
        h("span", {}, option.label),
        option.description && h("span", { class: "faint small" }, option.description),
      ),
      this.#isMulti
        ? h("span", { class: `tick ${isChosen ? "is-on" : ""}` }, isChosen && icon("check"))
        : isChosen && icon("check", "tick-single"),
    );
  }

  #open() {
    this.query = "";
    this.chosen = this.props.values ?? [];
    this.active = Math.max(
      0,
      this.props.options.findIndex((option) => this.chosen.includes(option.value)),
    );
    this.isOpen = true;
    this.#draw();
    const popup = this.#popup();
    popup.showPopover();
    place(popup, this.#button());
    (popup.querySelector(".dropdown-filter") ?? popup.querySelector(".dropdown-list")).focus();
    this.#reveal();
  }

  #onToggle(event) {
    if (event.newState !== "closed" || !this.isOpen) return;
    this.isOpen = false;
    if (this.#isMulti && !this.#isUnchanged() && this.chosen.length >= (this.props.min ?? 0))
      this.props.onChange(this.chosen);
    this.#draw();
    if (this.el.contains(document.activeElement) || document.activeElement === document.body) this.#button().focus();
  }

  #isUnchanged() {
    const before = this.props.values ?? [];
    return before.length === this.chosen.length && before.every((value) => this.chosen.includes(value));
  }

  #choose(option) {
    if (!option) return;
    if (!this.#isMulti) {
      const isOff = (this.props.min ?? 1) === 0 && this.chosen[0] === option.value;
      this.chosen = isOff ? [] : [option.value];
      this.isOpen = false;
      this.#popup().hidePopover();
      this.#button().focus();
      this.props.onChange(this.chosen);
      this.#draw();
      return;
    }
    if (this.chosen.includes(option.value)) this.chosen = this.chosen.filter((value) => value !== option.value);
    else if (this.chosen.length < this.props.max) this.chosen = [...this.chosen, option.value];
    this.#draw();
  }

  #filter(query) {
    this.query = query;
    this.#activate(0);
  }

  #activate(index) {
    this.active = index;
    this.#draw();
  }

  #reveal() {
    this.el.querySelector(".dropdown-option.is-active")?.scrollIntoView({ block: "nearest" });
  }

  #onButtonKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.#open();
  }

  #onKey(event) {
    const count = this.#visible.length;
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: count - 1 };
    const isTyping = event.target.matches("input");
    if (event.key in moves && count && !(isTyping && (event.key === "Home" || event.key === "End"))) {
      this.#activate((moves[event.key] + count) % count);
      this.#reveal();
    } else if (event.key === "Enter" || (event.key === " " && !isTyping)) {
      this.#choose(this.#visible[this.active]);
    } else if (event.key === "Tab") {
      this.#popup().hidePopover();
      return;
    } else {
      // Escape closes the list only, not the dialog around it.
      if (event.key === "Escape") event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

function emojiOf(option) {
  return option.emoji?.name && !option.emoji.id ? h("span", { class: "emoji" }, option.emoji.name) : null;
}

/** Put a popup below its button, or above where there is more room. */
export function place(popup, anchor) {
  const box = anchor.getBoundingClientRect();
  const below = innerHeight - box.bottom - GAP_PX * 2;
  const above = box.top - GAP_PX * 2;
  const isBelow = below >= Math.min(MAX_LIST_PX, popup.scrollHeight) || below >= above;
  popup.style.setProperty("left", `${Math.max(GAP_PX, Math.min(box.left, innerWidth - box.width - GAP_PX))}px`);
  popup.style.setProperty("width", `${Math.max(box.width, 200)}px`);
  popup.style.setProperty("max-height", `${Math.min(MAX_LIST_PX, isBelow ? below : above)}px`);
  popup.style.setProperty("top", isBelow ? `${box.bottom + GAP_PX}px` : "auto");
  popup.style.setProperty("bottom", isBelow ? "auto" : `${innerHeight - box.top + GAP_PX}px`);
}
