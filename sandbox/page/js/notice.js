// Words that pass: toasts, and the polite region a screen reader reads new messages from.
import { h } from "./dom.js";

const TOAST_SECONDS = 4;
let region = null;
let pageToasts = null;

/** Makes the live region and the page's own toast corner. */
export function startNotices(body) {
  region = h("div.sr", { testid: "live-region", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
  pageToasts = h("div.toasts.page-toasts", { role: "status" });
  body.append(region, pageToasts);
}

/** Has a sentence read out; the last few stay for whoever looks. */
export function announce(sentence) {
  region.append(h("p", {}, sentence));
  while (region.children.length > 8) region.firstChild.remove();
}

/** Shows words for a few seconds; `tone` "plain" or "bad". */
export function toast(words, tone = "plain", corner = pageToasts) {
  const node = h("div.toast", { class: `toast ${tone}`, testid: "toast" }, words);
  corner.append(node);
  setTimeout(() => node.remove(), Math.max(TOAST_SECONDS, words.length / 9) * 1000);
}

/** Runs an act and shows the sandbox's sentence when it is refused; undefined then. */
export async function attempt(act, corner = pageToasts) {
  try {
    return await act();
  } catch (error) {
    toast(error.message || String(error), "bad", corner);
    return undefined;
  }
}
