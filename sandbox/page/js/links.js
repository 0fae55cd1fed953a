// Reads the addresses bots hand out. A deep link stays inside the sandbox; everything else is shown, never opened.

const HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);

/**
 * What pressing an address means: {kind: "start" | "startgroup" | "bot", payload} for the sandbox's own bot,
 * {kind: "outside"} for every other address.
 */
export function readLink(address, username) {
  const { name, params } = parse(address) || {};
  if (!name || name.toLowerCase() !== String(username || "").toLowerCase()) return { kind: "outside" };
  if (params.has("startgroup")) {
    return { kind: "startgroup", payload: params.get("startgroup"), admin: params.has("admin") };
  }
  if (params.has("start")) return { kind: "start", payload: params.get("start") };
  return { kind: "bot", payload: "" };
}

function parse(address) {
  const complete = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
  let url;
  try {
    url = new URL(complete);
  } catch {
    return null;
  }
  if (url.protocol === "tg:") {
    return { name: url.searchParams.get("domain"), params: url.searchParams };
  }
  if (!HOSTS.has(url.hostname.replace(/^www\./, ""))) return null;
  const segments = url.pathname.split("/").filter(Boolean);
  return segments.length === 1 ? { name: segments[0], params: url.searchParams } : null;
}
