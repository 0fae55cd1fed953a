// The list of messages in one phone: what is drawn, where it is scrolled, which message the arrow keys are on.
import { fill, h } from "./dom.js";
import { dayKey, dayLabel, instant } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { renderUnit } from "./message.js";

const SHOWN = 120;
const NEAR_END = 80;
const KEYS = { Enter: "onReply", r: "onReply", e: "onEdit", f: "onForward" };

export class Timeline {
  #view;
  #source;
  #items = new Map();
  #limit = SHOWN;
  #below = 0;
  #current = null;

  /** `source()` gives the messages in order; `view` is what message.js needs, without showName. */
  constructor(source, view) {
    this.#source = source;
    this.#view = view;
    this.list = h("ol.timeline", {
      testid: "messages",
      label: "messages",
      on: { keydown: (event) => this.#key(event) },
    });
    this.jump = h("button.jump", {
      type: "button",
      testid: "jump",
      label: "to-newest",
      hidden: true,
      on: { click: () => this.toEnd() },
    });
    this.node = h("div.timeline-box", {}, this.list, this.jump);
    this.list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.list.addEventListener("focusin", (event) => this.#setCurrent(event.target.closest(".unit")));
    // Pictures get their size when they have loaded: what was at the end stays at the end.
    this.list.addEventListener(
      "load",
      () => {
        if (this.#stuck) this.toEnd();
      },
      { capture: true },
    );
    // So does what a keyboard that opens or closes below takes from it or gives back.
    new ResizeObserver(() => {
      if (this.#stuck) this.toEnd();
    }).observe(this.list);
  }

  #stuck = true;
  #nearEnd = () => this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END;

  /** Draws what changed. `all` draws every message anew, for another language. */
  draw(all = false) {
    const stuck = (this.#stuck ||= this.#items.size === 0 || this.#nearEnd());
    const messages = this.#source();
    const units = unitsOf(messages.slice(-this.#limit));
    const wanted = [];
    if (messages.length > this.#limit) wanted.push(this.#earlier());
    const known = all ? new Map() : this.#items;
    this.#items = new Map();
    let day = "";
    for (const unit of units) {
      const today = dayKey(instant(unit.parts[0].date));
      if (today !== day) wanted.push(this.#dayItem((day = today), unit.parts[0], known));
      wanted.push(this.#unitItem(unit, known));
    }
    place(this.list, wanted);
    this.#keepCurrent();
    if (stuck) this.toEnd();
  }

  #earlier() {
    return h(
      "li.earlier",
      {},
      h("button.quiet", {
        type: "button",
        word: "earlier",
        on: {
          click: () => {
            this.#limit += SHOWN;
            this.#stuck = false;
            this.draw();
          },
        },
      }),
    );
  }

  #dayItem(day, message, known) {
    const key = `day ${day}`;
    const held = known.get(key) || { node: h("li.day", {}, h("span", {}, dayLabel(instant(message.date)))) };
    this.#items.set(key, held);
    return held.node;
  }

  #unitItem(unit, known) {
    const held = known.get(unit.key);
    const same =
      held &&
      held.showName === unit.showName &&
      held.parts.length === unit.parts.length &&
      held.parts.every((part, index) => part === unit.parts[index]);
    const node = same ? held.node : this.#redraw(unit, held?.node || this.#find(unit.parts[0].message_id));
    this.#items.set(unit.key, { ...unit, node });
    return node;
  }

  /** Draws a unit anew; a button that had the focus keeps it. */
  #redraw(unit, former) {
    const node = renderUnit(unit.parts, { ...this.#view, showName: unit.showName && this.#view.isGroup });
    const focused = former?.contains(document.activeElement) ? document.activeElement : null;
    if (former && former === this.#current) this.#current = node;
    if (!focused) return node;
    former.replaceWith(node);
    const { text } = focused.dataset;
    const twin = text && [...node.querySelectorAll(".key")].find((key) => key.dataset.text === text);
    this.#setCurrent(node);
    (twin || node).focus({ preventScroll: true });
    return node;
  }

  #scrolled() {
    const atEnd = this.#nearEnd();
    this.#stuck = atEnd;
    if (atEnd) this.#setBelow(0);
    this.jump.hidden = atEnd;
  }

  #find = (id) => this.list.querySelector(`[data-message-id="${id}"]`)?.closest(".unit") || null;

  toEnd() {
    this.#stuck = true;
    this.list.scrollTop = this.list.scrollHeight;
    this.#setBelow(0);
  }

  /** A message came: shown if the reader is at the end, else counted on the button that leads there. */
  arrived() {
    if (!this.#stuck && !this.#nearEnd()) this.#setBelow(this.#below + 1);
  }

  #setBelow(count) {
    this.#below = count;
    this.jump.hidden = this.#nearEnd();
    fill(this.jump, icon("down"), count ? h("span.count", {}, count) : null);
  }

  /** Scrolls to a message and lights it up. */
  show(id, mark = "lit") {
    const node = this.list.querySelector(`[data-message-id="${id}"]`);
    if (!node) return;
    if (mark === "lit") node.scrollIntoView({ block: "center" });
    node.classList.remove(mark);
    void node.offsetWidth;
    node.classList.add(mark);
    setTimeout(() => node.classList.remove(mark), 2200);
  }

  // One message is the list's single stop for Tab; only its buttons can be reached by Tab. Arrows move it.

  #keepCurrent() {
    const inside = this.list.contains(document.activeElement);
    const units = this.list.querySelectorAll(".unit");
    const last = units[units.length - 1] || null;
    this.#setCurrent(inside && this.#current?.isConnected ? this.#current : last);
  }

  #setCurrent(unit) {
    if (!unit) return;
    this.#current = unit;
    for (const other of this.list.querySelectorAll(".unit")) {
      const here = other === unit;
      other.tabIndex = here ? 0 : -1;
      for (const button of other.querySelectorAll("button, a, video")) button.tabIndex = here ? 0 : -1;
    }
  }

  #key(event) {
    if (event.target !== this.#current || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) this.#move(step);
    else if (event.key === "End") this.#keepLast();
    else if (KEYS[event.key]) this.#act(KEYS[event.key]);
    else return;
    event.preventDefault();
  }

  #move(step) {
    const units = [...this.list.querySelectorAll(".unit")];
    units[units.indexOf(this.#current) + step]?.focus();
  }

  #keepLast() {
    [...this.list.querySelectorAll(".unit")].pop()?.focus();
  }

  #act(name) {
    const held = [...this.#items.values()].find((item) => item.node === this.#current);
    const message = held?.parts?.[0];
    if (!message || message.kind === "service") return;
    if (name === "onEdit" && !this.#current.querySelector(".actions [data-testid=message-edit]")) return;
    this.#view[name](message);
  }
}

/** Messages as units: the parts of an album together, a name where another person begins to speak. */
function unitsOf(messages) {
  const units = [];
  const albums = new Map();
  let speaker = null;
  for (const message of messages) {
    const album = message.album ? albums.get(message.album) : null;
    if (album) {
      album.parts.push(message);
      continue;
    }
    const who = message.kind === "service" ? null : message.from?.id;
    const unit = { key: String(message.album || message.message_id), parts: [message], showName: who !== speaker };
    speaker = who;
    units.push(unit);
    if (message.album) albums.set(message.album, unit);
  }
  return units;
}

/** Makes a list hold exactly these nodes in this order, moving as few as it can. */
function place(list, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] || null);
  });
}
