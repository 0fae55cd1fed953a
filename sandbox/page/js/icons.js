// The page's own line icons, drawn here so that nothing is fetched and every system shows the same.
import { svg } from "./dom.js";

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2 2 0 0 0 4 0",
  muted: "M6 16.5V11a6 6 0 0 1 8.5-5.4M18 11v5.5l1.5 1.5h-11M10 20.5a2 2 0 0 0 4 0M4 4l16 16",
  send: "M4 12L20 4l-5 16-3.5-6.5zM11.5 13.5L20 4",
  photo: "M4 7h4l1.5-2h5L16 7h4v12H4zM12 16.2a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8",
  voice: "M12 4a2.6 2.6 0 0 0-2.6 2.6v5a2.6 2.6 0 0 0 5.2 0v-5A2.6 2.6 0 0 0 12 4zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  place: "M12 21s6.5-6 6.5-11a6.5 6.5 0 1 0-13 0C5.5 15 12 21 12 21zM12 12.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8",
  contact: "M4 5h16v14H4zM9.5 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M6.5 16a3 3 0 0 1 6 0M15 10h3M15 13.5h3",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M9.5 12h6M9.5 15.5h6",
  reply: "M9 6l-5 5 5 5M4 11h9a6 6 0 0 1 6 6v2",
  edit: "M4 20l1-4L16.5 4.5l3 3L8 19zM14 7l3 3",
  forward: "M15 6l5 5-5 5M20 11h-9a6 6 0 0 0-6 6v2",
  pin: "M9 4h6l-.7 6 3.2 3.5h-11L9.7 10zM12 13.5V20",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  down: "M6 9.5l6 6 6-6",
  keyboard: "M3.5 6.5h17v11h-17zM7 10h.01M10.5 10h.01M14 10h.01M17 10h.01M8 14h8",
  plus: "M12 5v14M5 12h14",
  flash: "M13 3L5 14h6l-1 7 8-11h-6z",
  list: "M8 6.5h12M8 12h12M8 17.5h12M4 6.5h.01M4 12h.01M4 17.5h.01",
  wait: "M12 4v4M12 16v4M4 12h4M16 12h4",
  link: "M10 14a4 4 0 0 0 6 .3l2.5-2.5a4 4 0 0 0-5.7-5.7L11.5 7.5M14 10a4 4 0 0 0-6-.3l-2.5 2.5a4 4 0 0 0 5.7 5.7l1.3-1.4",
  sound: "M4 10v4h3l5 4V6l-5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  layout: "M4 5h7v14H4zM13 5h7v14h-7z",
  command: "M5 19L19 5",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

/** A decorative icon: hidden from screen readers, the button around it carries the label. */
export function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}
