// What a message carries besides text: pictures, voice, places, contact cards, files.
import { fileAddress } from "./api.js";
import { append, avatar, h, svg } from "./dom.js";
import { duration, size } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { showPicture } from "./dialogs.js";

const DRAWERS = { photo, voice, video, document: fileRow, location: place, contact, audio: voice };

/** The node for a message's medium, or null when it has none. */
export function media(message) {
  if (message.location) return place(message);
  if (message.contact) return contact(message);
  if (!message.file) return null;
  return (DRAWERS[kindOf(message)] || fileRow)(message);
}

function kindOf(message) {
  if (DRAWERS[message.kind]) return message.kind;
  const mime = message.file?.mime || "";
  if (mime.startsWith("image/")) return "photo";
  if (mime.startsWith("video/")) return "video";
  return "document";
}

function photo(message) {
  const { file } = message;
  const words = message.caption ? `${t("kind-photo")} ${message.caption}` : t("kind-photo");
  const image = h("img", {
    src: fileAddress(file.file_id),
    alt: words,
    width: file.width,
    height: file.height,
    decoding: "async",
    draggable: "false",
  });
  return h(
    "button.picture",
    {
      type: "button",
      testid: "photo",
      "aria-label": words,
      on: {
        click: (event) => {
          event.stopPropagation();
          showPicture(image.src, words);
        },
      },
    },
    image,
  );
}

function voice(message) {
  const { file } = message;
  const player = h("audio", { src: fileAddress(file.file_id), preload: "none" });
  const button = h("button.play", { type: "button", testid: "voice-play", label: "play" }, icon("play"));
  const time = h("span.voice-time", {}, duration(file.duration));
  const bars = waveform(file.file_id);
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    if (player.paused) player.play().catch(() => time.replaceChildren(t("cannot-play")));
    else player.pause();
  });
  player.addEventListener("timeupdate", () => {
    const share = player.currentTime / (player.duration || file.duration || 1);
    bars.forEach((bar, index) => bar.classList.toggle("done", index / bars.length < share));
  });
  for (const state of ["play", "pause", "ended"]) {
    player.addEventListener(state, () => button.replaceChildren(icon(player.paused ? "play" : "pause")));
  }
  return h(
    "div.voice",
    { testid: "voice" },
    button,
    h("div.voice-body", {}, svg("svg", { class: "waveform", viewBox: "0 0 96 20", "aria-hidden": "true" }, bars), time),
    player,
  );
}

/** A waveform as decoration: shaped by the file's id so that two notes look different. */
function waveform(id) {
  let seed = [...id].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 9973, 7);
  return Array.from({ length: 32 }, (_, index) => {
    seed = (seed * 137 + 59) % 9973;
    const height = 3 + (seed % 14) * (0.55 + 0.45 * Math.sin(index / 3));
    return svg("rect", { x: index * 3, y: (20 - height) / 2, width: 2, height, rx: 1 });
  });
}

function video(message) {
  return h("video.video", {
    src: fileAddress(message.file.file_id),
    controls: true,
    preload: "metadata",
    testid: "video",
    "aria-label": t("kind-video"),
  });
}

function fileRow({ file }) {
  return h(
    "a.file-row",
    { href: fileAddress(file.file_id), download: file.name || "", testid: "document" },
    h("span.file-icon", {}, icon("file")),
    h("span.file-words", {}, h("strong", {}, file.name || t("kind-document")), h("small", {}, size(file.size))),
  );
}

function place(message) {
  const { latitude, longitude, accuracy, horizontal_accuracy: given } = message.location;
  const radius = accuracy ?? given;
  return h(
    "div.place",
    { testid: "location", role: "img", "aria-label": `${t("kind-location")} ${latitude}, ${longitude}` },
    contours(latitude, longitude),
    h(
      "div.place-words",
      {},
      h("strong", {}, t("place")),
      h("span", {}, `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`, radius ? ` ± ${Math.round(radius)} m` : ""),
    ),
  );
}

/** Contour lines and a pin: says "a place", and pretends to no map. */
function contours(latitude, longitude) {
  const shift = Math.round((Math.abs(latitude) + Math.abs(longitude)) * 1e4) % 40;
  const lines = [0, 1, 2, 3, 4].map((index) =>
    svg("ellipse", {
      cx: 60 + shift,
      cy: 48,
      rx: 26 + index * 26,
      ry: 13 + index * 15,
      class: "contour",
    }),
  );
  const pin = svg("path", { class: "pin", d: "M110 62s13-12 13-22a13 13 0 1 0-26 0c0 10 13 22 13 22z" });
  const drawing = svg("svg", {
    viewBox: "0 0 220 92",
    class: "contours",
    "aria-hidden": "true",
    preserveAspectRatio: "xMidYMid slice",
  });
  return append(drawing, [lines, pin, svg("circle", { class: "pin-eye", cx: 110, cy: 40, r: 4.5 })]);
}

function contact(message) {
  const { phone_number: number, phone, first_name: first, last_name: last, user_id: id } = message.contact;
  const name = [first, last].filter(Boolean).join(" ");
  return h(
    "div.contact-card",
    { testid: "contact" },
    avatar(id, name),
    h("span.file-words", {}, h("strong", {}, name), h("span.phone-number", {}, number || phone || "")),
  );
}
