/** The person API: plain requests, and the live socket with its reconnecting. Knows nothing of what is drawn. */
const FIRST_RETRY_MS = 400;
const MAX_RETRY_MS = 5000;

/** A request was refused; `message` is the server's sentence. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function fetchPeople() {
  return (await request("GET", "people")).people;
}

/** What one person can do: every path is below `as/<user>/`. */
export class PersonApi {
  constructor(userId) {
    this.base = `as/${userId}/`;
  }

  state = () => this.get("state");
  get = (path) => request("GET", this.base + path);
  post = (path, body, files = []) => request("POST", this.base + path, body, files);

  history(channelId, before, limit = 50) {
    const query = new URLSearchParams({ limit, ...(before && { before }) });
    return this.get(`channels/${channelId}/messages?${query}`);
  }

  send = (channelId, body, files) => this.post(`channels/${channelId}/messages`, body, files);
  edit = (message, content) => request("PATCH", this.#path(message), { content });
  remove = (message) => request("DELETE", this.#path(message));
  openThread = (channelId, body) => this.post(`channels/${channelId}/threads`, body);
  openDm = (userId) => this.post("dms", { recipient_id: userId });
  interact = (kind, body, files) =>
    this.post(`interactions/${kind}`, { locale: navigator.language, ...body }, files);

  #path(message) {
    return `${this.base}channels/${message.channel_id}/messages/${message.id}`;
  }

  /** Open the live socket; `on` has frame(name, data) and status("open" | "lost"). Returns a function that ends it. */
  live(on) {
    const url = new URL(`${this.base}live`, document.baseURI);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return keepOpen(url, on);
  }
}

function keepOpen(url, on) {
  let socket = null;
  let timer = 0;
  let delayMs = FIRST_RETRY_MS;
  let isEnded = false;

  function open() {
    socket = new WebSocket(url);
    socket.onmessage = (event) => {
      delayMs = FIRST_RETRY_MS;
      const { t, d } = JSON.parse(event.data);
      if (!isEnded) on.frame(t, d);
    };
    socket.onopen = () => !isEnded && on.status("open");
    socket.onclose = () => {
      if (isEnded) return;
      on.status("lost");
      timer = setTimeout(open, delayMs * (0.75 + Math.random() / 2));
      delayMs = Math.min(delayMs * 1.7, MAX_RETRY_MS);
    };
  }

  open();
  return () => {
    isEnded = true;
    clearTimeout(timer);
    socket.close();
  };
}

async function request(method, path, body, files = []) {
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), { method, ...encode(body, files) });
  } catch {
    throw new ApiError(0, "The local Discord cannot be reached. Is it still running?");
  }
  const answer = response.headers.get("content-type")?.includes("json") ? await response.json() : null;
  if (!response.ok) throw new ApiError(response.status, answer?.message ?? `The request failed (${response.status}).`);
  return answer;
}

function encode(body, files) {
  if (body === undefined) return {};
  if (!files.length) return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const form = new FormData();
  form.append("payload_json", JSON.stringify(body));
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  return { body: form };
}
