/** The pieces of the composer, described; composer.js knows what they do. */
import { displayName } from "./state.js";
import { h, icon } from "./view.js";

export function attachButton(onFiles) {
  const change = (event) => {
    onFiles([...event.target.files]);
    event.target.value = "";
  };
  const input = {
    type: "file",
    multiple: true,
    class: "visually-hidden",
    "aria-label": "Attach files",
    "data-testid": "attach",
    on: { change },
  };
  return h("label", { class: "icon-button attach", title: "Attach files" }, icon("plus"), h("input", input));
}

export function textField(label, value, aria, on) {
  return h("textarea", {
    rows: "1",
    placeholder: label,
    "aria-label": label,
    "data-testid": "composer",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    ...aria,
    value,
    spellcheck: "true",
    on,
  });
}

export function counter(left, isShown) {
  if (!isShown) return null;
  const props = { class: `counter ${left < 0 ? "is-over" : ""}`, "aria-live": "polite", "data-testid": "counter" };
  return h("span", props, String(left));
}

export function sendButton(label, isReady, isSending, click) {
  const props = {
    type: "button",
    class: `icon-button send ${isReady ? "is-ready" : ""}`,
    "aria-label": label,
    title: label,
    disabled: isSending || !isReady,
    "data-testid": "send",
    on: { click },
  };
  return h("button", props, isSending ? h("span", { class: "spinner" }) : icon("send"));
}

/** Describe whom one replies to; `change` takes the reply as it should be, or null. */
export function replyBar(reply, state, change) {
  const toggle = {
    type: "button",
    class: `ping-toggle ${reply.ping ? "is-on" : ""}`,
    "aria-pressed": String(reply.ping),
    title: "Whether the author is notified",
    on: { click: () => change({ ...reply, ping: !reply.ping }) },
  };
  const stop = {
    type: "button",
    class: "icon-button small",
    "aria-label": "Do not reply",
    on: { click: () => change(null) },
  };
  return h(
    "div",
    { class: "reply-bar", "data-testid": "reply-bar" },
    h("span", {}, "Replying to ", h("strong", {}, displayName(state, reply.message.author))),
    h("button", toggle, `@ ${reply.ping ? "on" : "off"}`),
    h("button", stop, icon("close")),
  );
}
