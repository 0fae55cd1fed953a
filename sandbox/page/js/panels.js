// The two panels at the right: fault switches, and what the bot called. One is open at a time.
import * as api from "./api.js";
import { fill, h } from "./dom.js";
import { clockTime, instant } from "./format.js";
import { onLanguage, t } from "./i18n.js";
import { icon } from "./icons.js";
import { attempt } from "./notice.js";

const CALLS_SHOWN = 50;
const CALLS_DELAY = 300;
const METHODS = ["sendMessage", "editMessageText", "answerCallbackQuery", "sendPhoto", "getUpdates", "getFile"];
const COUNT = { name: "count", word: "how-many", value: 1, min: 1 };
const METHOD = { name: "method", word: "method", type: "method" };

/** What each fault takes; `needs` is the kind of chat it is about. */
const FAULTS = [
  { kind: "slow", fields: [{ name: "seconds", word: "seconds", value: 5, min: 0 }, METHOD] },
  { kind: "late_answer", fields: [{ name: "seconds", word: "seconds", value: 30, min: 0 }, COUNT, METHOD] },
  { kind: "drop_answer", fields: [COUNT, METHOD] },
  { kind: "reset", fields: [COUNT, METHOD] },
  { kind: "error_500", fields: [COUNT, METHOD] },
  { kind: "flood", fields: [{ name: "retry_after", word: "retry-after", value: 15, min: 1 }, COUNT] },
  { kind: "offline", fields: [{ name: "minutes", word: "minutes", value: 5, min: 1 }] },
  { kind: "duplicate_update", fields: [COUNT] },
  { kind: "block", needs: "people", fields: [] },
  { kind: "kick", needs: "groups", fields: [] },
  { kind: "migrate", needs: "groups", fields: [] },
];

class Panel {
  constructor(word, testid, onToggle) {
    this.body = h("div.panel-body");
    this.closer = h(
      "button.icon-button",
      { type: "button", testid: `${testid}-close`, label: "close", on: { click: () => this.close() } },
      icon("close"),
    );
    this.node = h(
      "aside.panel",
      {
        testid,
        label: word,
        hidden: true,
        on: {
          keydown: (event) => {
            if (event.key === "Escape") this.close();
          },
        },
      },
      h("header.panel-head", {}, h("h2", { word }), this.closer),
      this.body,
    );
    this.onToggle = onToggle;
    onLanguage(() => {
      if (!this.node.hidden) this.draw();
    });
  }

  toggle() {
    if (this.node.hidden) this.open();
    else this.close();
  }

  open() {
    this.former = document.activeElement;
    this.onToggle(this);
    this.node.hidden = false;
    this.draw();
    this.closer.focus();
  }

  close() {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.former?.focus();
    this.onToggle(null);
  }
}

export class FaultPanel extends Panel {
  constructor(store, onToggle) {
    super("faults", "faults-panel", onToggle);
    this.store = store;
    this.active = h("div.active-faults", { testid: "active-faults", role: "status" });
    store.addEventListener("state", () => {
      if (!this.node.hidden) this.drawActive();
    });
  }

  draw() {
    fill(
      this.body,
      h("p.quiet-words", {}, t("faults-words")),
      this.active,
      FAULTS.map((fault) => this.#row(fault)),
      h(
        "datalist",
        { id: "methods" },
        METHODS.map((value) => h("option", { value })),
      ),
    );
    this.drawActive();
  }

  drawActive() {
    const { faults } = this.store;
    fill(
      this.active,
      faults.length === 0
        ? h("p", {}, t("no-faults"))
        : [
            h(
              "ul",
              {},
              faults.map((fault) => h("li", {}, h("strong", {}, t(`fault-${fault.kind}`)), " ", this.#details(fault))),
            ),
            h(
              "button.bad",
              { type: "button", testid: "faults-off", on: { click: () => this.#do(() => api.clearFaults()) } },
              t("all-off"),
            ),
          ],
    );
  }

  #details({ kind, chat, ...rest }) {
    const values = Object.entries(rest)
      .filter(([, value]) => value !== null && typeof value !== "object")
      .map(([name, value]) => `${name} ${value}`);
    return [chat ? this.store.title(chat) : "", ...values].filter(Boolean).join(" · ");
  }

  #row({ kind, needs, fields }) {
    const inputs = fields.map((field) => [
      field,
      field.type === "method"
        ? h("input", {
            type: "text",
            list: "methods",
            placeholder: t("any-method"),
            autocomplete: "off",
            spellcheck: "false",
            "aria-label": t("method"),
          })
        : h("input", {
            type: "number",
            value: field.value,
            min: field.min,
            step: "any",
            required: true,
            "aria-label": t(field.word),
          }),
    ]);
    const chat =
      needs &&
      h(
        "select",
        { testid: `fault-${kind}-chat`, "aria-label": t(needs) },
        [...this.store[needs].values()]
          .filter((one) => !one.migrated_to)
          .map((one) => h("option", { value: one.id }, one.name || one.title)),
      );
    const form = h(
      "form.fault",
      { testid: `fault-form-${kind}` },
      h("div.fault-words", {}, h("strong", {}, t(`fault-${kind}`)), h("small", {}, t(`fault-${kind}-words`))),
      h(
        "button.plain",
        { testid: `fault-${kind}`, "aria-label": `${t("switch-on")}: ${t(`fault-${kind}`)}` },
        t("switch-on"),
      ),
      h(
        "div.fault-inputs",
        {},
        chat,
        inputs.map(([field, input]) => h("label", {}, h("span", {}, t(field.word)), input)),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = inputs.map(([field, input]) => [
        field.name,
        field.type === "method" ? input.value.trim() : Number(input.value),
      ]);
      const given = Object.fromEntries(values.filter(([, value]) => value !== ""));
      this.#do(() => api.setFault({ kind, ...given, ...(chat && { chat: Number(chat.value) }) }));
    });
    return form;
  }

  async #do(act) {
    await attempt(act);
    await this.store.refresh().catch(() => {});
    this.drawActive();
    if (document.activeElement === document.body) this.closer.focus();
  }
}

export class CallPanel extends Panel {
  #timer = null;
  #calls = [];

  constructor(store, onToggle) {
    super("calls", "calls-panel", onToggle);
    store.addEventListener("call", () => this.#later());
  }

  #later() {
    if (this.node.hidden || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#load();
    }, CALLS_DELAY);
  }

  draw() {
    this.list = h("ol.calls", { testid: "calls" });
    fill(this.body, h("p.quiet-words", {}, t("calls-words")), this.list);
    this.#calls = [];
    this.#load();
  }

  async #load() {
    const answer = await attempt(() => api.calls(this.#calls[0]?.n || 0));
    if (!answer) return;
    const fresh = answer.calls.filter(({ n }) => n > (this.#calls[0]?.n || 0)).reverse();
    this.#calls = [...fresh, ...this.#calls].slice(0, CALLS_SHOWN);
    this.list.prepend(...fresh.slice(0, CALLS_SHOWN).map(callRow));
    while (this.list.children.length > CALLS_SHOWN) this.list.lastChild.remove();
  }
}

function callRow({ n, at, method, params, ok, error_code: code, description }) {
  return h(
    "li",
    {},
    h(
      "details.call",
      { testid: "call-row", data: { ok: String(ok), method } },
      h(
        "summary",
        {},
        h("span.call-result", {}, ok ? "ok" : String(code || "✕")),
        h("strong", {}, method),
        h("time", {}, Number.isNaN(instant(at)) ? n : clockTime(instant(at))),
      ),
      !ok && h("p.call-error", {}, description || ""),
      h("pre", {}, JSON.stringify(params, null, 1)),
    ),
  );
}
