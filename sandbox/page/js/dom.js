// Builds elements. Text only ever becomes a text node: nothing a person or a bot wrote is parsed as HTML.
import { say } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element from a tag ("button.chip.small"), properties and children.
 * Properties: testid, data {..}, on {event: fn}, word / label / placeholder (keys of words.js, follow the language),
 * everything else is an attribute; false, null and undefined leave the attribute out.
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) setProperty(node, key, value);
  append(node, children);
  return node;
}

function setProperty(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "testid") node.dataset.testid = value;
  else if (key === "data") for (const [name, item] of Object.entries(value)) setData(node, name, item);
  else if (key === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else if (key === "word") say(node, value);
  else if (key === "label") say(node, value, "label");
  else if (key === "placeholder") say(node, value, "placeholder");
  else node.setAttribute(key, value === true ? "" : value);
}

function setData(node, name, value) {
  if (value !== null && value !== undefined && value !== false) node.dataset[name] = value;
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** Replaces what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Redraws a part of the page and gives the focus back to the element with the same data-focus-key. */
export function keepFocus(root, draw) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const key = held?.dataset?.focusKey;
  draw();
  if (held && !held.isConnected && key) root.querySelector(`[data-focus-key="${CSS.escape(key)}"]`)?.focus();
}

/** An SVG element; attributes as given. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return append(node, children);
}

/** A round picture with the first sign of a name, coloured by the id. */
export function avatar(id, name, extra = "") {
  const sign = [...String(name || "?").trim()][0] || "?";
  const hue = Math.abs(Number(id) || 0) % 7;
  return h(`span.avatar.hue-${hue}${extra}`, { "aria-hidden": "true" }, sign.toUpperCase());
}
