/** A context menu: a popover with arrow keys, and submenus that open in its place. */
import { h, icon, patch } from "./view.js";

const MARGIN_PX = 8;
const INSET_PX = 6; // the pointer is let go within the menu: a round corner would count as outside, and close it

export class Menu {
  /** props: {menu: {x, y, above?: where its lower edge may be, label, items:[{label, icon, face, run, items, isDanger, isOn, isRule, testId}]}, onClose}. */
  constructor(props) {
    this.props = props;
    this.trail = [];
    this.el = document.createElement("div");
    this.el.className = "menu";
    this.el.dataset.testid = "menu";
    this.el.setAttribute("role", "menu");
    this.el.setAttribute("popover", "auto");
    this.el.addEventListener("toggle", (event) => event.newState === "closed" && this.props.onClose());
    this.el.addEventListener("keydown", (event) => this.#onKey(event));
    this.opener = document.activeElement;
    this.#draw();
    queueMicrotask(() => this.el.isConnected && this.#open());
  }

  update(props) {
    if (props.menu === this.props.menu) return;
    this.props = props;
    this.trail = [];
    this.#draw();
    this.#open();
  }

  destroy() {
    if (this.el.matches(":popover-open")) this.el.hidePopover();
    if (document.activeElement === document.body) this.opener?.focus?.();
  }

  #open() {
    if (!this.el.matches(":popover-open")) this.el.showPopover();
    this.#place();
    this.#items()[0]?.focus();
  }

  #place() {
    const { x: pointed, y: pointedAt, above } = this.props.menu;
    const [x, wanted] = [pointed - INSET_PX, pointedAt - INSET_PX];
    const { width, height } = this.el.getBoundingClientRect();
    const y = above !== undefined && wanted + height > innerHeight - MARGIN_PX ? above - height : wanted;
    this.el.style.setProperty("left", `${Math.max(MARGIN_PX, Math.min(x, innerWidth - width - MARGIN_PX))}px`);
    this.el.style.setProperty("top", `${Math.max(MARGIN_PX, Math.min(y, innerHeight - height - MARGIN_PX))}px`);
  }

  #items = () => [...this.el.querySelectorAll("[role^=menuitem]")];

  #draw() {
    const above = this.trail.at(-1);
    this.el.setAttribute("aria-label", above?.label ?? this.props.menu.label);
    const back = above && [
      h(
        "button",
        {
          key: "back",
          type: "button",
          role: "menuitem",
          class: "menu-item is-back",
          on: { click: () => this.#leave() },
        },
        icon("back"),
        h("span", {}, above.label),
      ),
      h("hr", { key: "rule" }),
    ];
    patch(
      this.el,
      back,
      (above?.items ?? this.props.menu.items).filter(Boolean).map((item, index) => this.#item(item, index)),
    );
  }

  #item(item, index) {
    const key = `${this.trail.length}-${index}`;
    if (item.isRule) return h("hr", { key });
    if (item.heading) return h("div", { key, class: "menu-heading" }, item.heading);
    const props = {
      key,
      type: "button",
      role: "isOn" in item ? "menuitemradio" : "menuitem",
      "aria-checked": "isOn" in item ? String(!!item.isOn) : null,
      "aria-haspopup": item.items ? "menu" : null,
      class: `menu-item ${item.isDanger ? "is-danger" : ""}`,
      "data-testid": item.testId ?? "menu-item",
      on: { click: () => (item.items ? this.#enter(item) : this.#run(item)) },
    };
    const end = item.items ? icon("next") : item.isOn ? icon("check") : item.icon && icon(item.icon);
    return h(
      "button",
      props,
      item.face,
      h(
        "span",
        { class: "menu-text" },
        h("span", {}, item.label),
        item.detail && h("span", { class: "faint small" }, item.detail),
      ),
      end,
    );
  }

  #run(item) {
    this.el.hidePopover();
    item.run();
  }

  #enter(item) {
    this.trail.push(item);
    this.#draw();
    this.#place();
    this.#items()[1]?.focus();
  }

  #leave() {
    this.trail.pop();
    this.#draw();
    this.#place();
    this.#items()[0]?.focus();
  }

  #onKey(event) {
    const items = this.#items();
    const at = items.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 };
    if (event.key in moves) items[moves[event.key] % items.length]?.focus();
    else if (event.key === "ArrowRight" && document.activeElement.getAttribute("aria-haspopup"))
      document.activeElement.click();
    else if (event.key === "ArrowLeft" && this.trail.length) this.#leave();
    else if (event.key === "Tab") this.el.hidePopover();
    else return;
    event.preventDefault();
  }
}
