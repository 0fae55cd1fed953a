// Times of the simulated clock, always Asia/Shanghai, and sizes.
import { language, t } from "./i18n.js";

const ZONE = "Asia/Shanghai";
const made = new Map();

function formatter(locale, options) {
  const key = locale + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: "h23", ...options }));
  return made.get(key);
}

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");

/** Milliseconds of an instant given as Unix seconds or ISO 8601; NaN when there is none. */
export function instant(value) {
  if (value === null || value === undefined || value === "") return NaN;
  return typeof value === "number" ? value * 1000 : Date.parse(value);
}

export const hourMinute = (ms) =>
  Number.isNaN(ms) ? "" : formatter("en-GB", { hour: "2-digit", minute: "2-digit" }).format(ms);

export const clockTime = (ms) =>
  formatter("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);

export const dayKey = (ms) => (Number.isNaN(ms) ? "" : formatter("sv-SE", { dateStyle: "short" }).format(ms));

export const dayLabel = (ms) => formatter(locale(), { month: "long", day: "numeric", weekday: "short" }).format(ms);

export function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** One line that stands for a message: in replies, banners and for screen readers. */
export function summary(message) {
  if (message.deleted) return t("deleted");
  const text = message.text || message.caption || message.service;
  const kind = message.kind && message.kind !== "text" && message.kind !== "service" ? t(`kind-${message.kind}`) : "";
  const line = [kind, text].filter(Boolean).join(" ");
  return line.replace(/\s+/g, " ").slice(0, 140) || t("message");
}
