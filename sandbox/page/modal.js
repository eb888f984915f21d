/** A modal the bot opened. A native dialog: it keeps the focus inside and the rest of the page out of reach. */
import { control, fieldsOf, initialDraft, isPlainCheck, plainText, problemOf, submission } from "./modal-fields.js";
import { displayName } from "./state.js";
import { h, icon, patch } from "./view.js";

export class Modal {
  /** props: {modal: state.modal, scene}. */
  constructor({ modal, scene }) {
    this.given = modal;
    this.scene = scene;
    this.draft = initialDraft(modal.modal, scene, modal.channelId);
    this.errors = new Map();
    this.phase = "open"; // "sending" | "failed"
    this.el = document.createElement("dialog");
    this.el.className = "modal";
    this.el.dataset.testid = "modal";
    this.el.setAttribute("aria-labelledby", "modal-title");
    this.el.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#cancel();
    });
    this.el.addEventListener("keydown", (event) => this.#onKey(event));
    this.#draw();
    queueMicrotask(() => this.el.isConnected && this.#open());
  }

  update() {
    this.#draw();
  }

  destroy() {
    this.el.close();
  }

  #open() {
    this.el.showModal();
    this.el.querySelector(".modal-body :is(input, textarea, button)")?.focus();
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    const isShort = event.target.matches("input[type=text]");
    if (!isShort && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#submit();
  }

  #cancel() {
    if (this.phase === "sending") return;
    this.scene.cancelModal(this.given.interactionId);
  }

  async #submit() {
    if (this.phase === "sending") return;
    this.errors = new Map();
    const most = this.scene.state.limits.max_file_bytes;
    for (const { component } of fieldsOf(this.given.modal)) {
      const problem = component && problemOf(component, this.draft.get(component.custom_id), most);
      if (problem) this.errors.set(component.custom_id, problem);
    }
    this.phase = this.errors.size ? "open" : "sending";
    this.#draw();
    if (this.errors.size) return this.el.querySelector("[aria-invalid=true]")?.focus();
    const { components, files } = submission(this.given.modal, this.draft);
    const onState = (state) => {
      if (state === "failed") this.#fail();
    };
    const isTaken = await this.scene.submitModal(this.given, { components, files, onState });
    return isTaken ? undefined : this.#fail();
  }

  #fail() {
    this.phase = "failed";
    this.#draw();
  }

  #draw() {
    const { modal } = this.given;
    const bot = this.scene.state.application?.bot;
    const isSending = this.phase === "sending";
    patch(
      this.el,
      h(
        "header",
        { class: "modal-header" },
        h(
          "div",
          {},
          h("h2", { id: "modal-title" }, modal.title),
          bot && h("p", { class: "faint small" }, `This form is handed to ${displayName(this.scene.state, bot)}.`),
        ),
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => this.#cancel() } },
          icon("close"),
        ),
      ),
      h(
        "div",
        { class: "modal-body" },
        fieldsOf(modal).map((field, index) => this.#field(field, index)),
      ),
      this.phase === "failed" &&
        h(
          "p",
          { class: "failure", role: "alert" },
          icon("warning"),
          "Something went wrong. Nothing was lost: try again.",
        ),
      h(
        "footer",
        { class: "modal-footer" },
        h(
          "button",
          {
            type: "button",
            class: "button button-quiet",
            "data-testid": "modal-cancel",
            on: { click: () => this.#cancel() },
          },
          "Cancel",
        ),
        h(
          "button",
          {
            type: "button",
            class: `button button-primary ${isSending ? "is-busy" : ""}`,
            disabled: isSending,
            title: "Ctrl+Enter",
            "data-testid": "modal-submit",
            on: { click: () => this.#submit() },
          },
          h("span", { class: "button-inner" }, "Submit"),
          isSending && h("span", { class: "spinner", role: "status", "aria-label": "Sending" }),
        ),
      ),
    );
  }

  #field({ component, label, description, text }, index) {
    if (!component) return h("div", { key: `text-${index}` }, plainText(text, this.scene));
    const id = component.custom_id;
    const error = this.errors.get(id);
    const change = (value) => {
      this.draft.set(id, value);
      this.errors.delete(id);
      this.#draw();
    };
    const isRequired = component.required !== false && !isPlainCheck(component);
    return h(
      "div",
      { key: id, class: "modal-field" },
      !isPlainCheck(component) &&
        h(
          "div",
          { class: "modal-label" },
          label,
          isRequired && h("span", { class: "required", "aria-label": "required" }, " *"),
        ),
      description && !isPlainCheck(component) && h("p", { class: "soft small" }, description),
      control(component, label, this.draft.get(id), change, {
        scene: this.scene,
        channelId: this.given.channelId,
        isInvalid: !!error,
        description,
      }),
      error && h("p", { class: "option-error", role: "alert" }, error),
    );
  }
}
