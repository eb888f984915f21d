/** The part of Discord's Markdown inside a line: styles, code, links, mentions. Pure; see markdown.js for the nodes. */
const STYLES = [
  ["**", "strong"],
  ["*", "em"],
  ["__", "u"],
  ["_", "em"],
  ["~~", "s"],
  ["||", "spoiler"],
];
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const ANGLE = [
  [/^<@!?(\d{1,20})>/, ([, id]) => ({ type: "mention", kind: "user", id })],
  [/^<@&(\d{1,20})>/, ([, id]) => ({ type: "mention", kind: "role", id })],
  [/^<#(\d{1,20})>/, ([, id]) => ({ type: "mention", kind: "channel", id })],
  [/^<\/([^:<>]{1,100}):(\d{1,20})>/, ([, name, id]) => ({ type: "mention", kind: "command", id, name })],
  [/^<t:(-?\d{1,12})(?::([tTdDfFR]))?>/, ([, at, style]) => ({ type: "time", at: Number(at), style: style ?? "f" })],
  [/^<a?:(\w{2,32}):\d{1,20}>/, ([, name]) => ({ type: "text", text: `:${name}:` })],
  [/^<(https?:\/\/[^\s<>]+)>/, ([, url]) => link(url, [{ type: "text", text: url }])],
];
const MASKED_LINK =
  /^\[((?:\\.|[^\]\\\n]){1,1000})\]\(<?(https?:\/\/(?:[^\s<>()]|\([^\s<>()]*\))+)>?(?: +"([^"\n]*)")?\)/;
const SPECIAL = /[\\`<[*_~|@]|https?:\/\//;
const MAX_DEPTH = 12;

/** Return the nodes of a text without block constructs; line breaks stay in the text. */
export function parseInline(text, depth = 0, inLink = false) {
  const nodes = [];
  let plain = "";
  const push = (node) => {
    if (plain) nodes.push({ type: "text", text: plain });
    plain = "";
    nodes.push(node);
  };
  let at = 0;
  while (at < text.length) {
    const found = depth > MAX_DEPTH ? null : constructAt(text, at, depth, inLink);
    if (found?.node) push(found.node);
    if (found?.text) plain += found.text;
    if (found) {
      at = found.end;
      continue;
    }
    const skipped = skipPlain(text, at);
    plain += text.slice(at, skipped);
    at = skipped;
  }
  if (plain) nodes.push({ type: "text", text: plain });
  return nodes;
}

/** Return where the next character that could mean something is; a run of one mark is passed as a whole. */
function skipPlain(text, at) {
  let from = at + 1;
  if ("*_~|`".includes(text[at])) while (text[from] === text[at]) from += 1;
  const ahead = text.slice(from).search(SPECIAL);
  return ahead < 0 ? text.length : from + ahead;
}

function constructAt(text, at, depth, inLink) {
  switch (text[at]) {
    case "\\":
      return escapeAt(text, at);
    case "`":
      return codeAt(text, at);
    case "<":
      return angleAt(text, at, inLink);
    case "[":
      return inLink ? null : maskedLinkAt(text, at, depth);
    case "h":
      return inLink ? null : bareLinkAt(text, at);
    case "@":
      return everyoneAt(text, at);
    default:
      return styleAt(text, at, depth, inLink);
  }
}

function escapeAt(text, at) {
  const next = text[at + 1];
  return next && ESCAPABLE.test(next) ? { text: next, end: at + 2 } : null;
}

function runLength(text, at) {
  let end = at;
  while (text[end] === text[at]) end += 1;
  return end - at;
}

function codeAt(text, at) {
  const ticks = runLength(text, at);
  const close = findTicks(text, at + ticks, ticks);
  if (close < 0) return null;
  const body = text.slice(at + ticks, close);
  const padded = /^ (.*\S.*) $/s.exec(body);
  return { node: { type: "code", text: padded && body.includes("`") ? padded[1] : body }, end: close + ticks };
}

function findTicks(text, from, ticks) {
  for (let at = text.indexOf("`", from); at >= 0;) {
    const run = runLength(text, at);
    if (run === ticks) return at;
    at = text.indexOf("`", at + run);
  }
  return -1;
}

function angleAt(text, at, inLink) {
  const rest = text.slice(at, at + 2100);
  for (const [pattern, build] of ANGLE) {
    const match = pattern.exec(rest);
    if (match) {
      const node = build(match);
      return inLink && node.type === "link" ? null : { node, end: at + match[0].length };
    }
  }
  return null;
}

function link(url, children, title = "") {
  return { type: "link", url, title, children };
}

function maskedLinkAt(text, at, depth) {
  const match = MASKED_LINK.exec(text.slice(at, at + 3100));
  if (!match) return null;
  return { node: link(match[2], parseInline(match[1], depth + 1, true), match[3]), end: at + match[0].length };
}

function bareLinkAt(text, at) {
  const match = /^https?:\/\/[^\s<]+/.exec(text.slice(at, at + 2000));
  if (!match) return null;
  let url = match[0].replace(/(?:\*\*|\|\||~~|__)+.*$/, "").replace(/[.,:;!?"'*\]]+$/, "");
  while (url.endsWith(")") && url.split(")").length > url.split("(").length) url = url.slice(0, -1);
  if (!/^https?:\/\/./.test(url)) return null;
  return { node: link(url, [{ type: "text", text: url }]), end: at + url.length };
}

function everyoneAt(text, at) {
  const match = /\w/.test(text[at - 1] ?? " ") ? null : /^@(everyone|here)\b/.exec(text.slice(at, at + 12));
  return match ? { node: { type: "mention", kind: "everyone", name: match[1] }, end: at + match[0].length } : null;
}

function styleAt(text, at, depth, inLink) {
  for (const [mark, type] of STYLES) {
    if (!text.startsWith(mark, at) || !canOpen(text, at, mark)) continue;
    const from = at + mark.length;
    const close = findClose(text, from, mark);
    if (close <= from) continue;
    const children = parseInline(text.slice(from, close), depth + 1, inLink);
    return { node: { type, children }, end: close + mark.length };
  }
  return null;
}

function canOpen(text, at, mark) {
  const next = text[at + mark.length];
  if (next === undefined) return false;
  if (mark === "*") return /\S/.test(next) && next !== "*";
  // snake_case_names keep their underscores.
  if (mark === "_") return next !== "_" && !/\w/.test(text[at - 1] ?? " ");
  return true;
}

/** Return where `mark` closes, or -1; escapes and code spans on the way do not count. */
function findClose(text, from, mark) {
  let at = from;
  while (at < text.length) {
    const char = text[at];
    if (char === "\\") {
      at += 2;
    } else if (char === "`") {
      at = codeAt(text, at)?.end ?? at + runLength(text, at);
    } else if (char === mark[0]) {
      const run = runLength(text, at);
      const close = closeInRun(text, at, run, mark);
      if (close > from) return close;
      at += run;
    } else {
      at += 1;
    }
  }
  return -1;
}

/** Return where in a run of one character `mark` closes, or -1. A run of three closes the inner style first. */
function closeInRun(text, at, run, mark) {
  if (mark.length === 2) return run >= 2 ? (run >= 4 && mark !== "||" ? at : at + run - 2) : -1;
  if (run === 2) return -1;
  const close = at + run - 1;
  if (mark === "_") return /\w/.test(text[close + 1] ?? " ") ? -1 : close;
  return /\s/.test(text[at - 1]) ? -1 : close;
}
