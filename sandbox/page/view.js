/**
 * A small virtual DOM. `h()` describes, `patch()` makes the real tree agree and keeps every node that can stay:
 * an image is not loaded again and a selection is not lost because a sentence beside it grew.
 *
 * Text only ever becomes text nodes; nothing here reads markup.
 */
const SVG = "http://www.w3.org/2000/svg";
const CHILDREN = Symbol("children");
const HANDLERS = Symbol("handlers");
const PROPERTIES = new Set(["value", "checked", "disabled", "muted", "selected"]);

/** Describe an element. `key` names it among its siblings; null children keep the places of the others. */
export function h(tag, props, ...children) {
  const { key = null, ...rest } = props ?? {};
  return { kind: tag, key, props: rest, children: children.flat(Infinity).map(toNode) };
}

/** Describe a subtree that is worked out again only when one of `deps` changed. */
export function memo(key, deps, describe) {
  return { kind: memo, key, deps, describe };
}

/** Describe a control with a state of its own: `new Control(props)` has `el`, `update(props)` and `destroy()`. */
export function widget(Control, key, props) {
  return { kind: Control, key, props, isWidget: true };
}

/** Make the children of `parent` what `children` describe. */
export function patch(parent, ...children) {
  reconcile(parent, children.flat(Infinity).map(toNode));
}

/** Describe one of the drawings of icons.svg. */
export function icon(name, extra = "") {
  return h("svg", { class: `icon ${extra}`, "aria-hidden": "true" }, h("use", { href: `icons.svg#${name}` }));
}

function toNode(child) {
  if (child === null || child === undefined || child === false || child === true || child === "") return null;
  return typeof child === "object" ? child : { kind: "#text", key: null, text: String(child) };
}

function reconcile(parent, nodes) {
  const before = parent[CHILDREN] ?? [];
  const byKey = new Map();
  for (const entry of before) if (entry?.node.key != null) byKey.set(entry.node.key, entry);
  const after = nodes.map((node, index) => {
    if (!node) return null;
    const known = node.key != null ? byKey.get(node.key) : before[index];
    const isSame = known && known.node.kind === node.kind && known.node.key === node.key;
    return isSame ? update(known, node) : create(node);
  });
  const kept = new Set(after);
  for (const entry of before) if (entry && !kept.has(entry)) remove(entry);
  place(parent, after);
  parent[CHILDREN] = after;
}

function place(parent, entries) {
  let cursor = parent.firstChild;
  for (const entry of entries) {
    if (!entry) continue;
    if (entry.el === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(entry.el, cursor);
  }
}

function create(node) {
  if (node.kind === "#text") return { node, el: document.createTextNode(node.text) };
  if (node.kind === memo) {
    const inner = create(node.describe(...node.deps));
    return { node, inner, el: inner.el };
  }
  if (node.isWidget) {
    const control = new node.kind(node.props);
    return { node, control, el: control.el };
  }
  const isDrawing = node.kind === "svg" || node.kind === "use";
  const el = isDrawing ? document.createElementNS(SVG, node.kind) : document.createElement(node.kind);
  reconcile(el, node.children);
  for (const [name, value] of Object.entries(node.props)) setProp(el, name, value, undefined);
  node.props.ref?.(el);
  return { node, el };
}

function update(entry, node) {
  if (node.kind === "#text") {
    if (entry.el.data !== node.text) entry.el.data = node.text;
  } else if (node.kind === memo) {
    updateMemo(entry, node);
  } else if (node.isWidget) {
    entry.control.update(node.props);
  } else {
    reconcile(entry.el, node.children);
    updateProps(entry.el, entry.node.props, node.props);
  }
  entry.node = node;
  return entry;
}

function updateMemo(entry, node) {
  const had = entry.node.deps;
  if (had.length === node.deps.length && had.every((value, index) => Object.is(value, node.deps[index]))) return;
  const described = node.describe(...node.deps);
  if (described.kind === entry.inner.node.kind) {
    update(entry.inner, described);
  } else {
    const replacement = create(described);
    remove(entry.inner, replacement.el);
    entry.inner = replacement;
    entry.el = replacement.el;
  }
}

function remove(entry, replacement = null) {
  release(entry);
  if (replacement) entry.el.replaceWith(replacement);
  else entry.el.remove();
}

function release(entry) {
  entry.control?.destroy?.();
  if (entry.inner) release(entry.inner);
  for (const child of entry.el[CHILDREN] ?? []) if (child) release(child);
}

function updateProps(el, before, after) {
  for (const name of Object.keys(before)) if (!(name in after)) setProp(el, name, null, before[name]);
  for (const [name, value] of Object.entries(after)) {
    if (PROPERTIES.has(name) || before[name] !== value) setProp(el, name, value, before[name]);
  }
}

function setProp(el, name, value, before) {
  if (name === "ref") return;
  if (name === "on") return listen(el, value ?? {});
  if (name === "style") return restyle(el, before ?? {}, value ?? {});
  if (PROPERTIES.has(name)) {
    if (el[name] !== (value ?? "")) el[name] = value ?? "";
  } else if (value === null || value === undefined || value === false) {
    el.removeAttribute(name);
  } else {
    el.setAttribute(name, value === true ? "" : value);
  }
}

function listen(el, handlers) {
  const known = (el[HANDLERS] ??= { names: new Set(), current: {} });
  known.current = handlers;
  for (const name of Object.keys(handlers)) {
    if (known.names.has(name)) continue;
    known.names.add(name);
    el.addEventListener(name, (event) => known.current[name]?.(event));
  }
}

// Through the object model, so that a content security policy without inline styles is kept.
function restyle(el, before, after) {
  for (const name of Object.keys(before)) if (!(name in after)) el.style.removeProperty(name);
  for (const [name, value] of Object.entries(after)) el.style.setProperty(name, value);
}
