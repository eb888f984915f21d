/** Attachments: pictures, clips, sounds and other files. */
import { colour, formatSize } from "./format.js";
import { h, icon } from "./view.js";

const IMAGE = /\.(png|jpe?g|gif|webp|avif|bmp)$/i;
const VIDEO = /\.(mp4|webm|mov|m4v)$/i;
const AUDIO = /\.(mp3|ogg|oga|wav|flac|m4a|opus)$/i;
const MAX_WIDTH = 520;
const MAX_HEIGHT = 380;

export function kindOf({ content_type: type = "", filename = "" }) {
  if (type?.startsWith("image/") && !type.includes("svg")) return "image";
  if (type?.startsWith("video/")) return "video";
  if (type?.startsWith("audio/")) return "audio";
  if (!type && IMAGE.test(filename)) return "image";
  if (!type && VIDEO.test(filename)) return "video";
  return !type && AUDIO.test(filename) ? "audio" : "file";
}

const isSpoiler = (file) => file.is_spoiler || file.filename.startsWith("SPOILER_");

/** Describe all attachments of a message: pictures together in a grid, everything else below each other. */
export function attachments(files, scene) {
  if (!files?.length) return null;
  const pictures = files.filter((file) => kindOf(file) === "image");
  const others = files.filter((file) => kindOf(file) !== "image");
  const poster = posterFor(pictures, others);
  const shown = pictures.filter((file) => file !== poster);
  return h(
    "div",
    { class: "attachments" },
    shown.length === 1 && picture(shown[0], scene, shown),
    shown.length > 1 && grid(shown, scene),
    others.map((file) => h("div", { key: file.id, class: "attachment" }, other(file, poster))),
  );
}

/** A picture whose name says it is a clip's poster is shown in the clip, not beside it. */
function posterFor(pictures, others) {
  if (others.filter((file) => kindOf(file) === "video").length !== 1) return null;
  return pictures.find((file) => /(^|[-_.])(poster|thumb(nail)?)([-_.]|$)/i.test(file.filename)) ?? null;
}

function grid(files, scene) {
  const count = Math.min(files.length, 10);
  return h(
    "div",
    { class: `gallery gallery-${count}` },
    files.map((file) => picture(file, scene, files, true)),
  );
}

/** Describe one picture that opens in the lightbox. */
export function picture(file, scene, all = [file], inGrid = false) {
  const alt = file.description || "";
  const open = (event) => {
    const el = event.currentTarget;
    if (isSpoiler(file) && !el.classList.contains("is-revealed")) el.classList.add("is-revealed");
    else scene.openLightbox(all, all.indexOf(file));
  };
  const props = {
    key: file.id ?? file.url,
    type: "button",
    class: `picture ${inGrid ? "in-grid" : ""} ${isSpoiler(file) ? "media-spoiler" : ""}`,
    title: alt || file.filename || null,
    "aria-label": `Enlarge picture${alt ? `: ${alt}` : ""}`,
    style: inGrid ? {} : fitted(file),
    on: { click: open },
  };
  return h(
    "button",
    props,
    h("img", { src: file.url, alt, loading: "lazy", decoding: "async", draggable: "false" }),
    alt && h("span", { class: "alt-badge", "aria-hidden": "true" }, "ALT"),
    isSpoiler(file) && h("span", { class: "spoiler-label" }, "Spoiler"),
  );
}

/** Reserve the place of a picture before it has loaded, so that nothing jumps. */
function fitted({ width, height }) {
  if (!width || !height) return {};
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  return { width: `${Math.round(width * scale)}px`, "aspect-ratio": `${width} / ${height}` };
}

function other(file, poster) {
  const kind = kindOf(file);
  if (kind === "video") return video(file, poster);
  if (kind === "audio") return audio(file);
  return fileCard(file);
}

/** Describe a clip that plays in place. */
export function video(file, poster = null) {
  const reveal = (event) => event.currentTarget.classList.add("is-revealed");
  const props = {
    class: `video ${isSpoiler(file) ? "media-spoiler" : ""}`,
    on: isSpoiler(file) ? { click: reveal } : {},
  };
  const attributes = {
    src: file.url,
    poster: poster?.url ?? null,
    controls: true,
    playsinline: true,
    preload: "metadata",
    title: file.description || null,
    "aria-label": file.description || file.filename || "Video",
    "data-testid": "video",
    style: fitted(file),
  };
  return h("div", props, h("video", attributes), isSpoiler(file) && h("span", { class: "spoiler-label" }, "Spoiler"));
}

function audio(file) {
  return h(
    "div",
    { class: "audio-card" },
    h("div", { class: "file-line" }, icon("note"), fileName(file)),
    h("audio", { src: file.url, controls: true, preload: "metadata", "aria-label": file.filename }),
  );
}

function fileName(file) {
  return h(
    "span",
    { class: "file-text" },
    h("a", { href: file.url, target: "_blank", rel: "noopener", download: file.filename }, file.filename),
    h("span", { class: "faint" }, formatSize(file.size ?? 0)),
  );
}

/** Describe a file as a card to download. */
export function fileCard(file) {
  return h(
    "div",
    { class: "file-card", "data-testid": "file", title: file.description || null },
    icon("file", "file-icon"),
    fileName(file),
    h(
      "a",
      { class: "icon-button", href: file.url, download: file.filename, "aria-label": `Download ${file.filename}` },
      icon("download"),
    ),
  );
}

/** Describe an embed. */
export function embed(data, scene, rich) {
  const media = (image) => ({ ...image, filename: "image", url: image.proxy_url ?? image.url });
  const inline = (field) => (field.inline ? "is-inline" : "");
  const accent = data.color ? { "--accent-bar": colour(data.color) } : {};
  const title = data.title && rich.line(data.title);
  return h(
    "article",
    { class: `embed ${data.thumbnail ? "has-thumb" : ""}`, style: accent },
    h(
      "div",
      { class: "embed-body" },
      data.provider?.name && h("div", { class: "faint small" }, data.provider.name),
      data.author &&
        h(
          "div",
          { class: "embed-author" },
          data.author.icon_url && h("img", { src: data.author.icon_url, alt: "" }),
          data.author.url
            ? h("a", { href: data.author.url, target: "_blank", rel: "noopener noreferrer" }, data.author.name)
            : data.author.name,
        ),
      title &&
        h(
          "div",
          { class: "embed-title" },
          data.url ? h("a", { href: data.url, target: "_blank", rel: "noopener noreferrer" }, title) : title,
        ),
      data.description && h("div", { class: "rich embed-text" }, rich.text(data.description)),
      data.fields?.length > 0 &&
        h(
          "dl",
          { class: "embed-fields" },
          data.fields.map((field) =>
            h(
              "div",
              { class: inline(field) },
              h("dt", {}, rich.line(field.name)),
              h("dd", { class: "rich" }, rich.text(field.value)),
            ),
          ),
        ),
    ),
    data.thumbnail &&
      h("div", { class: "embed-thumb" }, picture(media(data.thumbnail), scene, [media(data.thumbnail)], true)),
    data.image && h("div", { class: "embed-image" }, picture(media(data.image), scene)),
    data.video?.url && data.type === "video" && video(media(data.video)),
    (data.footer || data.timestamp) &&
      h(
        "footer",
        { class: "embed-footer" },
        data.footer?.icon_url && h("img", { src: data.footer.icon_url, alt: "" }),
        [data.footer?.text, data.timestamp && new Date(data.timestamp).toLocaleString()].filter(Boolean).join(" • "),
      ),
  );
}
