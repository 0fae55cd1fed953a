// The bar on top: that this is a demo, the simulated clock and fast-forward, how the bot is, and the tools.
import * as api from "./api.js";
import { askForm } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { clockTime, dayLabel, hourMinute, instant } from "./format.js";
import { language, setLanguage, t } from "./i18n.js";
import { icon } from "./icons.js";
import { attempt, toast } from "./notice.js";
import { setSound, soundOn } from "./sound.js";

const NO_REPORT = "the bot's first report";
const STEPS = [
  [5, "plus-5"],
  [30, "plus-30"],
  [120, "plus-120"],
];

export class Topbar {
  #store;
  #advancing = false;

  /** `panels`: {faults, calls}, each with toggle(). */
  constructor(store, { opener, panels, onReset }) {
    this.#store = store;
    this.clock = h("time.clock", { testid: "clock" });
    this.status = h("span.status", { testid: "status", role: "status" });
    this.botName = h("span.bot-name", { testid: "bot-name" });
    this.faultCount = h("span.count", { testid: "fault-count", hidden: true });
    this.steps = h(
      "div.steps",
      { role: "group", label: "fast-forward" },
      h("span.steps-icon", { "aria-hidden": "true" }, "▶▶"),
      STEPS.map(([minutes, word]) => this.#step(`advance-${minutes}`, word, () => this.#advance(minutes))),
      this.#step("advance-custom", "custom", () => this.#askMinutes()),
    );
    this.soundSwitch = h(
      "button.tool-button",
      {
        type: "button",
        testid: "sound",
        label: "sound",
        "aria-pressed": "false",
        on: { click: () => this.#switchSound() },
      },
      icon("sound"),
      h("span", { word: "sound" }),
    );
    this.languageSwitch = h("button.tool-button", {
      type: "button",
      testid: "lang-switch",
      on: { click: () => setLanguage(language() === "zh" ? "en" : "zh") },
    });
    this.tools = h(
      "div.top-tools",
      {},
      h(
        "button.tool-button",
        { type: "button", testid: "faults-open", label: "faults", on: { click: () => panels.faults.toggle() } },
        icon("flash"),
        h("span", { word: "faults" }),
        this.faultCount,
      ),
      h(
        "button.tool-button",
        { type: "button", testid: "calls-open", label: "calls", on: { click: () => panels.calls.toggle() } },
        icon("list"),
        h("span", { word: "calls" }),
      ),
      this.soundSwitch,
      h(
        "button.tool-button",
        { type: "button", testid: "layout-reset", label: "reset-layout", on: { click: onReset } },
        icon("layout"),
        h("span", { word: "reset-layout" }),
      ),
      this.languageSwitch,
    );
    this.toolsPlace = h("div.tools-place", {}, this.tools);
    this.stepsPlace = h("div.steps-place", {}, this.steps);
    this.node = h(
      "header.topbar",
      {},
      opener,
      h("span.demo", { testid: "demo-badge", label: "demo-label" }, "演示 DEMO"),
      this.botName,
      this.status,
      h("span.grow"),
      this.clock,
      this.stepsPlace,
      this.toolsPlace,
    );
    setInterval(() => this.tick(), 1000);
  }

  /** Puts fast-forward and tools into another place, and back with null: the drawer of a narrow screen. */
  moveTools(place) {
    if (place) place.append(this.steps, this.tools);
    else {
      this.stepsPlace.append(this.steps);
      this.toolsPlace.append(this.tools);
    }
  }

  draw() {
    const { bot, faults } = this.#store;
    this.botName.textContent = [bot.name, bot.username && `@${bot.username}`].filter(Boolean).join(" ");
    this.faultCount.hidden = faults.length === 0;
    this.faultCount.textContent = String(faults.length);
    this.languageSwitch.textContent = language() === "zh" ? "English" : "中文";
    this.languageSwitch.lang = language() === "zh" ? "en" : "zh-CN";
    this.soundSwitch.setAttribute("aria-pressed", String(soundOn()));
    document.title = `演示 DEMO · ${bot.name || t("sandbox")}`;
    this.#drawStatus();
    this.tick();
  }

  #drawStatus() {
    const { bot } = this.#store;
    const waiting = bot.waiting_for || [];
    // A bot that does not follow the clock never reports: nothing is known of it but that it is there.
    const silent = waiting.length === 1 && waiting[0] === NO_REPORT;
    const word = this.#statusWord(silent);
    const next = bot.next_due ? t("next-due", { time: hourMinute(instant(bot.next_due)) }) : "";
    const more = word === "settled" ? next : silent ? "" : waiting[0] || "";
    const print = `${t(word)} ${more}`;
    if (this.status.dataset.print !== print) fill(this.status, t(word), more && h("span.next", {}, `· ${more}`));
    this.status.dataset.print = print;
    this.status.dataset.state = word;
    this.status.title = [t(word), ...waiting, next].filter(Boolean).join("\n");
  }

  #statusWord(silent) {
    const { bot, online } = this.#store;
    if (!online) return "link-lost";
    if (bot.connected === false) return "bot-away";
    if (bot.settled) return "settled";
    return silent || bot.settled === undefined ? "bot-here" : "busy";
  }

  tick() {
    const now = this.#store.now();
    this.clock.dateTime = new Date(now).toISOString();
    fill(this.clock, h("span.clock-day", {}, dayLabel(now)), " ", h("span.clock-time", {}, clockTime(now)));
  }

  #step(testid, word, onClick) {
    return h("button.step", { type: "button", testid, word, on: { click: onClick } });
  }

  async #askMinutes() {
    const asked = await askForm({
      title: t("fast-forward"),
      word: "go",
      testid: "advance-dialog",
      fields: [
        { name: "minutes", word: "minutes", type: "number", value: 60, min: 1, max: 44640, step: 1, required: true },
      ],
    });
    if (asked) await this.#advance(asked.minutes);
  }

  /** Moves the clock; the sandbox answers when the bot has done what came due on the way. */
  async #advance(minutes) {
    if (this.#advancing) return;
    this.#advancing = true;
    this.steps.setAttribute("aria-busy", "true");
    for (const button of this.steps.querySelectorAll("button")) button.disabled = true;
    const focused = document.activeElement;
    const answer = await attempt(() => api.advance(minutes));
    await this.#store.refresh().catch(() => {});
    for (const button of this.steps.querySelectorAll("button")) button.disabled = false;
    this.steps.removeAttribute("aria-busy");
    if (focused === document.body) this.steps.querySelector("button")?.focus();
    this.#advancing = false;
    if (answer)
      toast(t(answer.stops?.length ? "advanced-stops" : "advanced", { n: minutes, stops: answer.stops?.length }));
  }

  #switchSound() {
    setSound(!soundOn());
    this.soundSwitch.setAttribute("aria-pressed", String(soundOn()));
  }
}
