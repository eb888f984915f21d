/**
 * Discord-flavoured Markdown: text in, tree out. Pure; `rich.js` draws the tree.
 *
 * A construct that is not closed stays the plain characters it is, as Discord shows it: while an answer grows, what
 * is already drawn changes only where a construct closes.
 *
 * Nodes: {type:"text",text} {type:"code",text} {type:"pre",lang,text} {type:"link",url,title,children}
 *   {type:"mention",kind,id,name} {type:"time",at,style} {type:"list",ordered,start,items:[[node]]}
 *   {type:"heading",level,children} and {type: strong|em|u|s|spoiler|quote|small, children}.
 */
import { parseInline } from "./inline.js";

const FENCE = "```";
const LIST_ITEM = /^( *)(?:([-*])|(\d{1,9})\.) +(\S.*)$/;
const HEADING = /^(#{1,3}) +(\S.*)$/;
const SMALL = /^-# +(\S.*)$/;
const MAX_DEPTH = 12;

/** Return the tree of a message's text. */
export function parse(text) {
  return parseBlocks(text, 0);
}

function parseBlocks(text, depth, isQuoted = false) {
  if (depth > MAX_DEPTH) return [{ type: "text", text }];
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...parseInline(plain));
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const block = isLineStart(text, at) ? blockAt(text, at, depth, isQuoted) : null;
    const found = block ?? fenceAt(text, at);
    if (found) {
      // The line break before a block is the block's own: it starts on a line of its own anyway.
      plain = plain.replace(/\n$/, "");
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      const end = nextStop(text, at);
      plain += text.slice(at, end);
      at = end;
    }
  }
  flush();
  return nodes;
}

function isLineStart(text, at) {
  return at === 0 || text[at - 1] === "\n";
}

/** Where the next line, or the next fence in this line, starts. */
function nextStop(text, at) {
  const line = lineEnd(text, at);
  const fence = text.indexOf(FENCE, at + (text.startsWith(FENCE, at) ? FENCE.length : 0));
  return fence > at && fence < line ? fence : line;
}

function lineEnd(text, at) {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

function blockAt(text, at, depth, isQuoted) {
  const end = lineEnd(text, at);
  const line = text.slice(at, end).replace(/\n$/, "");
  if (!isQuoted && line.startsWith(">>> ")) {
    return { node: { type: "quote", children: parseBlocks(text.slice(at + 4), depth + 1, true) }, end: text.length };
  }
  if (!isQuoted && line.startsWith("> ")) return quoteAt(text, at, depth);
  const heading = HEADING.exec(line);
  if (heading) {
    return { node: { type: "heading", level: heading[1].length, children: parseInline(heading[2]) }, end };
  }
  const small = SMALL.exec(line);
  if (small) return { node: { type: "small", children: parseInline(small[1]) }, end };
  return LIST_ITEM.test(line) ? listAt(text, at) : null;
}

function quoteAt(text, at, depth) {
  const lines = [];
  let end = at;
  while (end < text.length && text.startsWith("> ", end)) {
    const next = lineEnd(text, end);
    lines.push(text.slice(end + 2, next));
    end = next;
  }
  const inner = lines.join("").replace(/\n$/, "");
  return { node: { type: "quote", children: parseBlocks(inner, depth + 1, true) }, end };
}

function fenceAt(text, at) {
  if (!text.startsWith(FENCE, at)) return null;
  const start = at + FENCE.length;
  const close = text.indexOf(FENCE, start);
  if (close < 0 || !text.slice(start, close).trim()) return null;
  const [, lang, body] = /^(?:([\w+\-.#]+)\n)?([\s\S]*)$/.exec(text.slice(start, close));
  const after = close + FENCE.length;
  const end = text[after] === "\n" ? after + 1 : after;
  return { node: { type: "pre", lang: lang ?? "", text: body.replace(/^\n/, "").replace(/\n+$/, "") }, end };
}

function listAt(text, at) {
  const rows = [];
  let end = at;
  while (end < text.length) {
    const next = lineEnd(text, end);
    const line = text.slice(end, next).replace(/\n$/, "");
    const item = LIST_ITEM.exec(line);
    if (item) {
      rows.push({ indent: item[1].length, ordered: item[3] !== undefined, start: Number(item[3] ?? 1), text: item[4] });
    } else if (/^ {2,}\S/.test(line) && !line.includes(FENCE)) {
      rows.at(-1).text += `\n${line.trim()}`;
    } else {
      break;
    }
    end = next;
  }
  return { node: nest(rows, 0, rows.length), end };
}

/** Turn rows with indents into a list; deeper rows become a list inside the item above them. */
function nest(rows, from, to) {
  const list = { type: "list", ordered: rows[from].ordered, start: rows[from].start, items: [] };
  let at = from;
  while (at < to) {
    let next = at + 1;
    while (next < to && rows[next].indent > rows[from].indent) next += 1;
    const item = parseInline(rows[at].text);
    if (next > at + 1) item.push(nest(rows, at + 1, next));
    list.items.push(item);
    at = next;
  }
  return list;
}
