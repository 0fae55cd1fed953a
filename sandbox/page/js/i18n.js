// The page's own words in Chinese and English. What people and bots write is never translated.
import { WORDS } from "./words.js";

const KEY = "sandbox.language";
const LANGUAGES = ["zh", "en"];
let current = "zh";
const listeners = new Set();

/** Takes the language from ?lang=, else what was remembered, else Chinese. */
export function startLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") || remembered();
  apply(LANGUAGES.includes(asked) ? asked : "zh");
}

export const language = () => current;
export const onLanguage = (listener) => listeners.add(listener);

export function setLanguage(next) {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    /* a private window refuses storage: the choice lasts until reload */
  }
  apply(next);
  for (const listener of listeners) listener(next);
}

/** The sentence for a key, with {name} replaced. A key without words is shown as itself. */
export function t(key, values = {}) {
  const sentence = (WORDS[key] || [key, key])[LANGUAGES.indexOf(current)];
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Binds a node's text, label or placeholder to a key, so that it follows the language. */
export function say(node, key, where = "text") {
  node.dataset[{ text: "word", label: "wordLabel", placeholder: "wordPlaceholder" }[where]] = key;
  put(node, key, where);
}

function put(node, key, where) {
  if (where === "text") node.textContent = t(key);
  else if (where === "placeholder") node.setAttribute("placeholder", t(key));
  else {
    node.setAttribute("aria-label", t(key));
    node.setAttribute("title", t(key));
  }
}

function apply(next) {
  current = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) put(node, node.dataset.word, "text");
  for (const node of document.querySelectorAll("[data-word-label]")) put(node, node.dataset.wordLabel, "label");
  for (const node of document.querySelectorAll("[data-word-placeholder]")) {
    put(node, node.dataset.wordPlaceholder, "placeholder");
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
