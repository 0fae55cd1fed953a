// Turns a text and its entities into nodes. Offsets are UTF-16 units, which JavaScript's own indices are.
import { h } from "./dom.js";

const SIMPLE = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};
const LINKS = new Set(["url", "text_link", "email", "mention", "text_mention", "bot_command", "hashtag", "cashtag"]);

/**
 * Nodes for a text. `onLink({type, value, url, user})` is called when a link, command or mention is pressed.
 * Entities that nest become nested elements; one that reaches over its parent's end is cut there.
 */
export function renderText(text, entities, onLink) {
  const ordered = [...(entities || [])]
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return piece(text, 0, text.length, ordered, onLink);
}

function piece(text, start, end, entities, onLink) {
  const nodes = [];
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    index += 1;
    if (from >= to) continue;
    const inner = [];
    while (index < entities.length && entities[index].offset < to) inner.push(entities[index++]);
    if (from > at) nodes.push(text.slice(at, from));
    nodes.push(wrap(entity, text.slice(from, to), piece(text, from, to, inner, onLink), onLink));
    at = to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrap(entity, value, children, onLink) {
  const { type } = entity;
  if (SIMPLE[type]) return h(SIMPLE[type], { data: { language: entity.language } }, children);
  if (type === "spoiler") return spoiler(children);
  if (type === "phone_number") return h("span.phone-number", {}, children);
  if (!LINKS.has(type)) return h("span", {}, children);
  return h(
    "a",
    {
      href: "#",
      data: { entity: type },
      title: entity.url,
      on: {
        click: (event) => {
          event.preventDefault();
          event.stopPropagation();
          onLink({ type, value, url: entity.url, user: entity.user });
        },
      },
    },
    children,
  );
}

function spoiler(children) {
  const node = h("span.spoiler", { role: "button", tabindex: "-1", "aria-expanded": "false" }, children);
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    node.classList.add("open");
    node.setAttribute("aria-expanded", "true");
  });
  return node;
}
