/** Message components, both generations: buttons and selects, and the layouts of "Components V2". */
import { Dropdown } from "./dropdown.js";
import { colour } from "./format.js";
import { fileCard, kindOf, picture, video } from "./media.js";
import { richText } from "./rich.js";
import { choicesOf, SELECTS } from "./select-options.js";
import { h, icon, widget } from "./view.js";

const BUTTON = { primary: 1, secondary: 2, success: 3, danger: 4, link: 5 };
const STYLE_NAMES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/** Describe a message's components. `scene` acts for the person; `busy` holds the custom ids that wait for the bot. */
export function components(list, message, scene, busy) {
  const within = { message, scene, busy };
  return h(
    "div",
    { class: "components" },
    list.map((each, index) => component(each, within, index)),
  );
}

function component(data, within, index) {
  const draw = DRAWN[data.type];
  return draw
    ? h("div", { key: `${data.type}-${data.id ?? index}`, class: `component-${data.type}` }, draw(data, within))
    : null;
}

const children = (data, within) => data.components.map((each, index) => component(each, within, index));

const DRAWN = {
  1: (row, within) => h("div", { class: "action-row" }, children(row, within)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: (data, within) =>
    h(
      "div",
      { class: "section" },
      h("div", { class: "section-text" }, children(data, within)),
      h("div", { class: "section-accessory" }, component(data.accessory, within, 99)),
    ),
  10: (data, { scene }) => h("div", { class: "rich" }, richText(data.content, scene)),
  11: (data, within) => h("div", { class: "thumbnail" }, picture(mediaOf(data, within), within.scene, undefined, true)),
  12: gallery,
  13: file,
  14: (data) =>
    h("hr", { class: `separator ${data.divider === false ? "is-blank" : ""} ${data.spacing === 2 ? "is-wide" : ""}` }),
  17: container,
};

function button(data, { message, scene, busy }) {
  const emoji =
    data.emoji?.name && h("span", { class: "emoji" }, data.emoji.id ? `:${data.emoji.name}:` : data.emoji.name);
  const inner = [emoji, data.label && h("span", {}, data.label)];
  if (data.style === BUTTON.link) {
    const props = {
      class: "button button-link",
      href: safeUrl(data.url),
      target: "_blank",
      rel: "noopener noreferrer",
      "data-testid": "component-button",
    };
    return h("a", data.disabled ? { class: "button button-link is-disabled" } : props, inner, icon("external"));
  }
  const isBusy = busy.includes(data.custom_id);
  const props = {
    type: "button",
    class: `button button-${STYLE_NAMES[data.style] ?? "secondary"} ${isBusy ? "is-busy" : ""}`,
    disabled: !!data.disabled || isBusy,
    "data-testid": "component-button",
    "data-custom-id": data.custom_id,
    on: { click: () => scene.press(message, data) },
  };
  return h(
    "button",
    props,
    h("span", { class: "button-inner" }, inner),
    isBusy && h("span", { class: "spinner", role: "status", "aria-label": "Working" }),
  );
}

function safeUrl(url) {
  return /^(https?|discord):/i.test(url ?? "") ? url : null;
}

function select(data, { message, scene, busy }) {
  const { options, values } = choicesOf(data, scene.state, message.channel_id);
  return widget(Dropdown, data.custom_id, {
    options,
    values,
    min: data.min_values ?? 1,
    max: data.max_values ?? 1,
    placeholder: data.placeholder || SELECTS[data.type],
    label: data.placeholder || SELECTS[data.type],
    isDisabled: !!data.disabled,
    isBusy: busy.includes(data.custom_id),
    testId: "component-select",
    onChange: (chosen) => scene.press(message, data, chosen),
  });
}

/** What a component shows: by address, or an attachment of the same message by its name. */
function mediaOf(data, { message }) {
  const item = data.media ?? data.file;
  const name = /^attachment:\/\/(.+)$/.exec(item.url)?.[1];
  const attached = message.attachments?.find(
    (each) => each.filename === name || each.url === item.url || each.id === item.attachment_id,
  );
  const filename =
    data.name ?? attached?.filename ?? decodeURIComponent(new URL(item.url, location.href).pathname.split("/").at(-1));
  return {
    ...attached,
    ...withoutEmpty(item),
    filename,
    size: data.size ?? attached?.size,
    url: name ? attached?.url : item.url,
    description: data.description ?? attached?.description,
    is_spoiler: !!data.spoiler,
  };
}

function withoutEmpty(item) {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== undefined));
}

function gallery(data, within) {
  const items = data.items.map((item, index) => ({ ...mediaOf(item, within), id: `item-${index}` }));
  const pictures = items.filter((item) => kindOf(item) !== "video");
  const show = (item, inGrid) =>
    kindOf(item) === "video" ? video(item) : picture(item, within.scene, pictures, inGrid);
  if (items.length === 1) return h("div", { class: "attachments" }, show(items[0], false));
  return h(
    "div",
    { class: `gallery gallery-${items.length}` },
    items.map((item) => show(item, true)),
  );
}

function file(data, within) {
  const item = mediaOf(data, within);
  return kindOf(item) === "video" ? video(item) : fileCard(item);
}

function container(data, within) {
  const reveal = (event) => event.currentTarget.classList.add("is-revealed");
  const props = {
    class: `container ${data.accent_color != null ? "has-accent" : ""} ${data.spoiler ? "media-spoiler" : ""}`,
    style: data.accent_color != null ? { "--accent-bar": colour(data.accent_color) } : {},
    on: data.spoiler ? { click: reveal } : {},
  };
  return h("section", props, children(data, within), data.spoiler && h("span", { class: "spoiler-label" }, "Spoiler"));
}
