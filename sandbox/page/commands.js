/** Slash commands without any page: what can be called, what was typed, what will be sent. Pure. */
import { formatSize, fuzzyScore } from "./format.js";

export const OPTION = {
  subcommand: 1,
  group: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};

/** Return everything callable of some chat commands: {command, path, name, description, options}. */
export function flatten(commands) {
  return commands.flatMap((command) => entriesOf(command, command, []));
}

function entriesOf(command, node, above) {
  const path = [...above, node];
  const inner = (node.options ?? []).filter((option) => option.type <= OPTION.group);
  if (inner.length) return inner.flatMap((option) => entriesOf(command, option, path));
  const name = path.map((each) => each.name).join(" ");
  return [{ command, path, name, description: node.description, options: node.options ?? [] }];
}

/** Return the entries that fit what follows the slash, best first. */
export function matchEntries(entries, query) {
  const wanted = query.trim().replace(/\s+/g, " ");
  const scored = entries.map((entry) => [
    entry,
    Math.max(fuzzyScore(wanted, entry.name), descriptionScore(wanted, entry)),
  ]);
  const fitting = scored.filter(([, score]) => score > 0);
  return fitting
    .sort((a, b) => (wanted ? b[1] - a[1] : 0) || a[0].name.localeCompare(b[0].name))
    .map(([entry]) => entry);
}

function descriptionScore(wanted, entry) {
  return wanted.length > 2 && entry.description.toLowerCase().includes(wanted.toLowerCase()) ? 20 : 0;
}

/** Three commands to begin with: those that ask for a text first, then the others. */
export function exampleEntries(commands, count = 3) {
  const weight = (entry) => (textOption(entry)?.required ? 0 : entry.options.some((option) => option.required) ? 2 : 1);
  return flatten(commands)
    .map((entry, index) => [weight(entry), index, entry])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, count)
    .map(([, , entry]) => entry);
}

/** The option that takes free text after the name: the first required text, else the first text. */
export function textOption(entry) {
  const texts = entry.options.filter((option) => option.type === OPTION.string && !option.choices?.length);
  return texts.find((option) => option.required) ?? texts[0] ?? null;
}

/** Return {entry, rest} for "/name and more", or null when no entry has that name. */
export function findTyped(text, entries) {
  const typed = text.slice(1);
  const fits = entries.filter(
    (entry) => typed === entry.name || typed.startsWith(`${entry.name} `) || typed.startsWith(`${entry.name}\n`),
  );
  const entry = fits.sort((a, b) => b.name.length - a.name.length)[0];
  return entry ? { entry, rest: typed.slice(entry.name.length).trim() } : null;
}

/** Return the raw values, by option name, that the text after a command's name gives. */
export function readTyped(entry, rest) {
  const values = new Map();
  if (!rest) return values;
  const named = splitNamed(entry, rest);
  if (named) return named;
  const option = textOption(entry) ?? entry.options.find((each) => each.type !== OPTION.attachment);
  if (option) values.set(option.name, coerceTyped(option, rest));
  return values;
}

/** "prompt: a fox count: 2" -> values, if the text starts with the name of an option. */
function splitNamed(entry, rest) {
  const names = entry.options.filter((option) => option.type !== OPTION.attachment).map((option) => option.name);
  const marks = [...rest.matchAll(/(^|\s)([\p{L}\p{N}_-]{1,32}):/gu)].filter((mark) => names.includes(mark[2]));
  if (!marks.length || marks[0].index !== 0) return null;
  const values = new Map();
  marks.forEach((mark, index) => {
    const option = entry.options.find((each) => each.name === mark[2]);
    const raw = rest.slice(mark.index + mark[0].length, marks[index + 1]?.index ?? rest.length).trim();
    if (!values.has(option.name)) values.set(option.name, coerceTyped(option, raw));
  });
  return values;
}

function coerceTyped(option, raw) {
  const choice = option.choices?.find((each) =>
    [each.name, String(each.value)].some((text) => text.toLowerCase() === raw.toLowerCase()),
  );
  if (choice) return choice.value;
  if (option.type === OPTION.boolean)
    return /^(true|yes|on|1)$/i.test(raw) ? true : /^(false|no|off|0)$/i.test(raw) ? false : undefined;
  if (option.type >= OPTION.user && option.type <= OPTION.mentionable) return /\d{5,20}/.exec(raw)?.[0];
  return raw;
}

/**
 * Check values and turn them into what the server takes.
 *
 * Returns {options, files, errors}: files in the order of their indices, errors by option name (empty when all is well).
 */
export function readValues(entry, values, maxFileBytes) {
  const errors = new Map();
  const files = [];
  const options = [];
  for (const option of entry.options) {
    const raw = values.get(option.name);
    if (isBlank(raw)) {
      if (option.required) errors.set(option.name, "This option is required.");
      continue;
    }
    const problem = problemOf(option, raw, maxFileBytes);
    if (problem) errors.set(option.name, problem);
    else options.push({ name: option.name, type: option.type, value: valueOf(option, raw, files) });
  }
  return { options: wrap(entry, options), files, errors };
}

const isBlank = (raw) => raw === undefined || raw === null || (typeof raw === "string" && !raw.trim());

function valueOf(option, raw, files) {
  if (option.type === OPTION.attachment) return String(files.push(raw) - 1);
  if (option.type === OPTION.integer || option.type === OPTION.number) return Number(raw);
  return option.type === OPTION.string ? String(raw) : raw;
}

function problemOf(option, raw, maxFileBytes) {
  if (option.type === OPTION.attachment) {
    return raw.size > maxFileBytes
      ? `This file is ${formatSize(raw.size)}; at most ${formatSize(maxFileBytes)} can be sent.`
      : null;
  }
  if (option.type === OPTION.string) return lengthProblem(option, String(raw));
  if (option.type === OPTION.integer || option.type === OPTION.number) return numberProblem(option, Number(raw));
  return null;
}

function lengthProblem(option, text) {
  const most = option.max_length ?? 6000;
  if (text.length > most) return `At most ${most} characters; this has ${text.length}.`;
  return text.length < (option.min_length ?? 0) ? `At least ${option.min_length} characters.` : null;
}

function numberProblem(option, number) {
  if (!Number.isFinite(number)) return "Type a number.";
  if (option.type === OPTION.integer && !Number.isSafeInteger(number)) return "Type a whole number.";
  if (option.min_value != null && number < option.min_value) return `At least ${option.min_value}.`;
  return option.max_value != null && number > option.max_value ? `At most ${option.max_value}.` : null;
}

/** Put options below their subcommand and group. */
export function wrap(entry, options) {
  return entry.path
    .slice(1)
    .reduceRight((inner, node) => [{ name: node.name, type: node.type, options: inner }], options);
}

/** Options in the order a form shows them: required first. */
export function formOrder(entry) {
  return [...entry.options.filter((option) => option.required), ...entry.options.filter((option) => !option.required)];
}
