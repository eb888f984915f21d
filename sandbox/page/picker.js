/** A list of suggestions above the composer: commands, people, completions. The keyboard stays in the text. */
import { h } from "./view.js";

export class Picker {
  constructor(draw) {
    this.draw = draw;
    this.items = [];
    this.heading = "";
    this.active = 0;
  }

  get isOpen() {
    return this.items.length > 0;
  }

  show(heading, items) {
    const keptId = this.items[this.active]?.id;
    const isSameList = this.heading === heading;
    this.heading = heading;
    this.items = items;
    this.active = isSameList
      ? Math.max(
          0,
          items.findIndex((item) => item.id === keptId),
        )
      : 0;
    this.draw();
  }

  hide() {
    if (!this.items.length) return;
    this.items = [];
    this.draw();
  }

  /** Returns whether the key was the list's. */
  onKey(event) {
    if (!this.isOpen || event.isComposing) return false;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.#move(steps[event.key]);
    else if (event.key === "Enter" && !event.shiftKey) this.items[this.active].choose();
    else if (event.key === "Tab" && !event.shiftKey) this.items[this.active].choose();
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** What the text field says about the list, for screen readers. */
  get aria() {
    return {
      "aria-controls": this.isOpen ? "picker" : null,
      "aria-activedescendant": this.isOpen ? `picker-${this.active}` : null,
      "aria-expanded": String(this.isOpen),
    };
  }

  view() {
    if (!this.isOpen) return null;
    return h(
      "div",
      { class: "picker", "data-testid": "picker" },
      h("div", { class: "picker-heading" }, this.heading),
      h(
        "div",
        { id: "picker", role: "listbox", "aria-label": this.heading, class: "picker-list" },
        this.items.map((item, index) => this.#row(item, index)),
      ),
    );
  }

  #row(item, index) {
    const props = {
      key: item.id,
      id: `picker-${index}`,
      role: "option",
      class: `picker-row ${index === this.active ? "is-active" : ""}`,
      "aria-selected": String(index === this.active),
      "data-testid": "picker-row",
      on: {
        // Before the text field loses its focus.
        mousedown: (event) => event.preventDefault(),
        click: () => item.choose(),
        pointermove: () => index !== this.active && this.#move(index - this.active),
      },
    };
    return h(
      "div",
      props,
      item.face,
      h(
        "span",
        { class: "picker-text" },
        h("span", { class: "picker-title" }, item.title, item.extra),
        item.detail && h("span", { class: "picker-detail" }, item.detail),
      ),
      item.aside && h("span", { class: "picker-aside" }, item.aside),
    );
  }

  #move(step) {
    this.active = (this.active + step + this.items.length) % this.items.length;
    this.draw();
    document.getElementById(`picker-${this.active}`)?.scrollIntoView({ block: "nearest" });
  }
}
