/** Small pure helpers: ids, names, times, sizes and the colours of generated avatars. */
const DAY_MS = 86_400_000;

/** Compare two ids by age; they do not fit into a number. */
export function compareIds(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** A nonce Discord would accept: at most 25 characters, unlike any other of this page. */
export function makeNonce() {
  return `${Date.now()}${String(Math.floor(Math.random() * 1e9)).padStart(9, "0")}`.slice(0, 25);
}

export function nameOf(user, member) {
  return member?.nick || user?.global_name || user?.username || "Unknown";
}

export function initialsOf(name) {
  const words = name
    .trim()
    .split(/[\s_-]+/)
    .filter(Boolean);
  const letters =
    words.length > 1 ? [...words[0]].slice(0, 1).concat([...words[1]].slice(0, 1)) : [...(words[0] ?? "?")].slice(0, 1);
  return letters.join("").toUpperCase();
}

/** A hue from a name, the same on every page and day. */
export function hueOf(text) {
  let hash = 7;
  for (const char of text) hash = (hash * 31 + char.codePointAt(0)) % 9973;
  return Math.round(hash * 137.5) % 360; // the golden angle keeps neighbours apart
}

export function colour(number) {
  return `#${number.toString(16).padStart(6, "0")}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "2-digit", year: "numeric" });
const longDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

export const formatClock = (date) => clock.format(date);
export const formatDay = (date) => longDay.format(date);
export const formatFull = (date) => full.format(date);

/** "Today at 12:30", as beside a name. */
export function formatWhen(date, now = new Date()) {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
  if (days === 0) return `Today at ${clock.format(date)}`;
  if (days === 1) return `Yesterday at ${clock.format(date)}`;
  return `${shortDay.format(date)} ${clock.format(date)}`;
}

export function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** The text of a <t:…> mark; style R is relative to `nowMs`. */
export function formatStamp(seconds, style, nowMs = Date.now()) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "Invalid date";
  if (style === "R") return formatRelative(seconds * 1000 - nowMs);
  return new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [
  ["year", 365 * DAY_MS],
  ["month", 30 * DAY_MS],
  ["day", DAY_MS],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

function formatRelative(deltaMs) {
  for (const [unit, lengthMs] of UNITS) {
    if (Math.abs(deltaMs) >= lengthMs) return relative.format(Math.round(deltaMs / lengthMs), unit);
  }
  return relative.format(Math.round(deltaMs / 1000), "second");
}

export function formatSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["KB", "MB", "GB"];
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

/** "a, b and c" */
export function joinNames(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** How well `query` matches `text`: higher is better, 0 is not at all. Letters must appear in order. */
export function fuzzyScore(query, text) {
  const wanted = query.toLowerCase();
  const given = text.toLowerCase();
  if (!wanted) return 1;
  if (given.startsWith(wanted)) return 1000 - given.length;
  const inside = given.indexOf(wanted);
  if (inside >= 0) return 500 - inside;
  let at = -1;
  let gaps = 0;
  for (const char of wanted) {
    const next = given.indexOf(char, at + 1);
    if (next < 0) return 0;
    gaps += next - at - 1;
    at = next;
  }
  return Math.max(1, 200 - gaps);
}
