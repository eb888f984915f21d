/** A picture in full, with its alt text and its neighbours. */
import { h, icon, patch } from "./view.js";

export class Lightbox {
  /** props: {lightbox: {files, at}, onClose}. */
  constructor(props) {
    this.props = props;
    this.at = props.lightbox.at;
    this.el = document.createElement("dialog");
    this.el.className = "lightbox";
    this.el.dataset.testid = "lightbox";
    this.el.setAttribute("aria-label", "Picture");
    this.el.addEventListener("close", () => this.props.onClose());
    this.el.addEventListener("click", (event) => event.target.closest("img, a, button, figcaption") || this.el.close());
    this.el.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") this.#move(1);
      if (event.key === "ArrowLeft") this.#move(-1);
    });
    this.#draw();
    queueMicrotask(() => this.el.isConnected && this.el.showModal());
  }

  update() {}

  destroy() {
    this.el.close();
  }

  #move(step) {
    const { length } = this.props.lightbox.files;
    this.at = (this.at + step + length) % length;
    this.#draw();
  }

  #draw() {
    const { files } = this.props.lightbox;
    const file = files[this.at];
    const arrow = (name, label, step) =>
      h(
        "button",
        {
          type: "button",
          class: `lightbox-arrow is-${name}`,
          "aria-label": label,
          on: { click: () => this.#move(step) },
        },
        icon(name),
      );
    patch(
      this.el,
      h(
        "button",
        {
          type: "button",
          class: "icon-button lightbox-close",
          "aria-label": "Close",
          on: { click: () => this.el.close() },
        },
        icon("close"),
      ),
      files.length > 1 && [arrow("back", "Previous picture", -1), arrow("next", "Next picture", 1)],
      h(
        "figure",
        {},
        h("img", { key: file.url, src: file.url, alt: file.description || "" }),
        h(
          "figcaption",
          {},
          file.description && h("span", { class: "lightbox-alt" }, file.description),
          h("a", { href: file.url, target: "_blank", rel: "noopener" }, "Open original"),
        ),
      ),
    );
  }
}
