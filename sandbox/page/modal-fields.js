/** The components of a modal: how each is shown, checked, and handed in. `draft` is a Map custom id -> value. */
import { Dropdown } from "./dropdown.js";
import { addressOf } from "./file-tray.js";
import { formatSize } from "./format.js";
import { richText } from "./rich.js";
import { choicesOf, SELECTS } from "./select-options.js";
import { h, icon, widget } from "./view.js";

const TYPE = {
  row: 1,
  string: 3,
  input: 4,
  user: 5,
  channel: 8,
  text: 10,
  label: 18,
  upload: 19,
  radio: 21,
  checks: 22,
  check: 23,
};
const PARAGRAPH = 2;
const MAX_INPUT_CHARS = 4000; // Discord: text inputs
const isSelect = (type) => type === TYPE.string || (type >= TYPE.user && type <= TYPE.channel);

/** Return the fields of a modal: {component, label, description}; plain text has no component. */
export function fieldsOf(modal) {
  return modal.components.flatMap((each) => {
    if (each.type === TYPE.row) return each.components.map((component) => ({ component, label: component.label }));
    if (each.type === TYPE.label)
      return [{ component: each.component, label: each.label, description: each.description }];
    return each.type === TYPE.text ? [{ text: each.content }] : [];
  });
}

/** Return the values a modal opens with. */
export function initialDraft(modal, scene, channelId) {
  const draft = new Map();
  for (const { component } of fieldsOf(modal)) {
    if (component) draft.set(component.custom_id, initialValue(component, scene, channelId));
  }
  return draft;
}

function initialValue(component, scene, channelId) {
  if (component.type === TYPE.input) return component.value ?? "";
  if (isSelect(component.type)) return choicesOf(component, scene.state, channelId).values;
  const defaults = (component.options ?? []).filter((option) => option.default).map((option) => option.value);
  if (component.type === TYPE.radio) return defaults[0] ?? null;
  if (component.type === TYPE.checks) return defaults;
  return component.type === TYPE.check ? !!component.default : [];
}

/** Return what is wrong with a value, or null. */
export function problemOf(component, value, maxFileBytes) {
  const isRequired = component.required !== false;
  if (component.type === TYPE.input) return textProblem(component, value, isRequired);
  if (component.type === TYPE.check) return null;
  if (component.type === TYPE.radio) return isRequired && value === null ? "Choose one." : null;
  if (component.type === TYPE.upload) {
    const large = value.find((file) => file.size > maxFileBytes);
    if (large) return `${large.name} is ${formatSize(large.size)}; at most ${formatSize(maxFileBytes)} can be sent.`;
  }
  const least = component.min_values ?? 1;
  if (!value.length && !isRequired) return null;
  if (value.length >= least) return null;
  return (component.max_values ?? 1) === 1 ? "Choose one." : `Choose at least ${least}.`;
}

function textProblem({ min_length: least = 0, max_length: most = MAX_INPUT_CHARS }, text, isRequired) {
  if (!text.trim()) return isRequired ? "This is required." : null;
  if (text.length < least) return `At least ${least} characters; this has ${text.length}.`;
  return text.length > most ? `At most ${most} characters; this has ${text.length}.` : null;
}

/** Return {components, files}: the modal as Discord's clients hand it in; a file's value is its index. */
export function submission(modal, draft) {
  const files = [];
  const hand = (component) => ({
    type: component.type,
    ...(component.id != null && { id: component.id }),
    custom_id: component.custom_id,
    ...answer(component, draft.get(component.custom_id), files),
  });
  const components = modal.components.map((each) => {
    const frame = { type: each.type, ...(each.id != null && { id: each.id }) };
    if (each.type === TYPE.row) return { ...frame, components: each.components.map(hand) };
    return each.type === TYPE.label ? { ...frame, component: hand(each.component) } : frame;
  });
  return { components, files };
}

function answer({ type }, value, files) {
  if (type === TYPE.upload) return { values: value.map((file) => String(files.push(file) - 1)) };
  return isSelect(type) || type === TYPE.checks ? { values: value } : { value };
}

/** Describe the control of a component; `change(value)` keeps what was entered. */
export function control(component, label, value, change, within) {
  if (component.type === TYPE.input) return textInput(component, label, value, change, within);
  if (isSelect(component.type)) return selectInput(component, label, value, change, within);
  if (component.type === TYPE.upload) return upload(component, label, value, change);
  if (component.type === TYPE.radio)
    return options(
      component,
      "radio",
      label,
      (each) => each === value,
      (each) => change(each),
    );
  if (component.type === TYPE.checks)
    return options(
      component,
      "checkbox",
      label,
      (each) => value.includes(each),
      (each) => change(toggled(value, each, component.max_values)),
    );
  return h(
    "label",
    { class: "check-row" },
    h("input", {
      type: "checkbox",
      checked: value,
      "data-testid": "modal-check",
      on: { change: (event) => change(event.target.checked) },
    }),
    optionText(label, within.description),
  );
}

export const isPlainCheck = (component) => component.type === TYPE.check;

function toggled(values, value, most = Infinity) {
  if (values.includes(value)) return values.filter((each) => each !== value);
  return values.length < (most ?? Infinity) ? [...values, value] : values;
}

function textInput(component, label, value, change, { isInvalid }) {
  const most = component.max_length ?? MAX_INPUT_CHARS;
  const props = {
    "aria-label": label,
    "aria-invalid": isInvalid ? "true" : null,
    "data-testid": "modal-input",
    "data-custom-id": component.custom_id,
    placeholder: component.placeholder ?? "",
    maxlength: String(most),
    value,
    on: { input: (event) => change(event.target.value) },
  };
  const isLong = component.style === PARAGRAPH;
  const left = most - value.length;
  return h(
    "div",
    { class: "modal-input" },
    isLong ? h("textarea", { ...props, rows: "5" }) : h("input", { ...props, type: "text" }),
    value && left < Math.max(20, most * 0.1) && h("span", { class: "counter" }, String(left)),
  );
}

function selectInput(component, label, values, change, { scene, channelId, isInvalid }) {
  const { options: list } = choicesOf(component, scene.state, channelId);
  return widget(Dropdown, component.custom_id, {
    options: list,
    values,
    label,
    isInvalid,
    testId: "modal-select",
    min: component.min_values ?? 1,
    max: component.max_values ?? 1,
    placeholder: component.placeholder || SELECTS[component.type],
    isDisabled: !!component.disabled,
    onChange: change,
  });
}

function upload(component, label, files, change) {
  const most = component.max_values ?? 1;
  const add = (list) => change([...files, ...list].slice(-most));
  const drop = (event) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  };
  return h(
    "div",
    { class: "upload" },
    h(
      "label",
      { class: "upload-zone", on: { drop, dragover: (event) => event.preventDefault() } },
      icon("clip"),
      h("span", {}, most > 1 ? `Choose or drop up to ${most} files` : "Choose or drop a file"),
      h("input", {
        type: "file",
        class: "visually-hidden",
        multiple: most > 1,
        "aria-label": label,
        "data-testid": "modal-upload",
        on: { change: (event) => add([...event.target.files]) },
      }),
    ),
    files.map((file) =>
      h(
        "div",
        { key: addressOf(file), class: "upload-file" },
        icon("file"),
        h("span", {}, file.name),
        h("span", { class: "faint small" }, formatSize(file.size)),
        h(
          "button",
          {
            type: "button",
            class: "icon-button small",
            "aria-label": `Remove ${file.name}`,
            on: { click: () => change(files.filter((each) => each !== file)) },
          },
          icon("close"),
        ),
      ),
    ),
  );
}

function options(component, kind, label, isOn, toggle) {
  return h(
    "div",
    { class: "check-group", role: kind === "radio" ? "radiogroup" : "group", "aria-label": label },
    (component.options ?? []).map((option) =>
      h(
        "label",
        { key: option.value, class: `check-row ${isOn(option.value) ? "is-on" : ""}` },
        h("input", {
          type: kind,
          name: component.custom_id,
          value: option.value,
          checked: isOn(option.value),
          "data-testid": `modal-${kind}`,
          on: { change: () => toggle(option.value) },
        }),
        optionText(option.label, option.description),
      ),
    ),
  );
}

function optionText(label, description) {
  return h(
    "span",
    { class: "option-text" },
    h("span", {}, label),
    description && h("span", { class: "faint small" }, description),
  );
}

export const plainText = (text, scene) => h("div", { class: "rich" }, richText(text, scene));
