// What the page knows of the sandbox: people, groups, chats, clock, unread. Holds no elements and draws nothing.
//
// Tells its listeners (EventTarget): "state", "link", "clock", "call", and with detail {chat, message?}:
// "chat" (redraw), "arrival" (a new message), "edit" (a mere edit), "typing".
import * as api from "./api.js";
import { follow } from "./live.js";
import { instant } from "./format.js";

const STATE_EVERY = 3000;
const SETTLE = 120;
const BARE_KINDS = new Set(["chat", "person", "clock", "fault", "bot"]);

export class Store extends EventTarget {
  people = new Map();
  groups = new Map();
  bot = {};
  faults = [];
  hint = null;
  suggested = [];
  online = false;
  unread = new Map();
  drafts = new Map();
  #chats = new Map();
  #revision = null;
  #skew = 0;
  #print = "";
  #timers = new Map();
  #shown = () => false;

  /** `shown(person, chat)` says whether a phone shows a chat: what is shown is not unread. */
  constructor(shown) {
    super();
    this.#shown = shown;
  }

  async start() {
    await this.refresh();
    follow({
      revision: () => this.#revision,
      onEvent: (event) => this.apply(event),
      onLink: (online) => {
        this.online = online;
        this.#tell("link");
      },
      beforeReturn: () => this.#resume(),
    });
    setInterval(() => {
      if (!document.hidden) this.refresh().catch(() => {});
    }, STATE_EVERY);
  }

  /** Asks for the whole state again. */
  async refresh() {
    const state = await api.state();
    this.#revision ??= state.rev ?? null;
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.groups = new Map(state.groups.map((group) => [group.id, group]));
    this.bot = state.bot || {};
    this.faults = listOf(state.faults);
    this.hint = state.hint || null;
    this.suggested = state.phones || [];
    this.#setClock(state.clock);
    this.#tellIfNew(state);
    return state;
  }

  /** The state is asked for every few seconds; drawing waits for a difference. */
  #tellIfNew({ clock, rev, ...rest }) {
    const print = JSON.stringify(rest);
    if (print === this.#print) return;
    this.#print = print;
    this.#tell("state");
  }

  /** A restarted sandbox counts its events anew: then everything known is stale. */
  async #resume() {
    const state = await this.refresh();
    if (state.rev === undefined || this.#revision === null || state.rev >= this.#revision) return;
    this.#revision = state.rev;
    for (const held of this.#chats.values()) held.messages.clear();
    await Promise.all([...this.#chats.keys()].map((chat) => this.load(chat).catch(() => {})));
  }

  apply(event) {
    if (Number.isFinite(event.rev)) this.#revision = Math.max(this.#revision ?? 0, event.rev);
    if (event.kind === "message") this.#arrived(event);
    else if (event.kind === "edit" || event.kind === "delete" || event.kind === "pin") this.#changed(event);
    else if (event.kind === "typing") this.#tell("typing", { chat: event.chat });
    else if (event.kind === "call") this.#tell("call");
    else if (BARE_KINDS.has(event.kind)) {
      this.#later("state", () => this.refresh());
      this.#keyboardsChanged(event.chat);
    }
  }

  #arrived({ chat, message }) {
    if (!message) return this.#later(chat, () => this.load(chat));
    const known = this.#chats.get(chat)?.messages.has(message.message_id);
    this.#put(chat, message);
    this.#countUnread(chat, message);
    if (!known) this.#tell("arrival", { chat, message });
    this.#tell("chat", { chat });
    this.#keyboardsChanged(chat);
  }

  #keyboardsChanged(chat) {
    if (this.#chats.has(chat)) this.#later(`keyboard ${chat}`, () => this.#askKeyboards(chat));
  }

  #changed({ kind, chat, message }) {
    if (!message || message.message_id === undefined || message.kind === undefined) {
      return this.#later(chat, () => this.load(chat));
    }
    this.#put(chat, message);
    this.#tell("chat", { chat });
    if (kind === "edit") this.#tell("edit", { chat, message });
  }

  #put(chat, message) {
    const held = this.#chats.get(chat);
    if (!held) return;
    const known = held.messages.get(message.message_id);
    if (known && (known.rev ?? 0) > (message.rev ?? 0)) return;
    held.messages.set(message.message_id, message);
  }

  /** Loads a chat's messages for the phone of a person; later changes come as events. */
  async load(chat, person = null) {
    if (!this.#chats.has(chat)) this.#chats.set(chat, { messages: new Map(), keyboards: new Map() });
    const held = this.#chats.get(chat);
    if (person !== null && !held.keyboards.has(person)) held.keyboards.set(person, null);
    const answers = await Promise.all([...held.keyboards.keys()].map((owner) => this.#ask(chat, held, owner, 0)));
    for (const message of answers.flatMap(({ messages }) => messages)) this.#put(chat, message);
    this.#tell("chat", { chat });
  }

  async #askKeyboards(chat) {
    const held = this.#chats.get(chat);
    const newest = Math.max(0, ...held.messages.keys());
    await Promise.all([...held.keyboards.keys()].map((owner) => this.#ask(chat, held, owner, newest)));
    this.#tell("chat", { chat });
  }

  async #ask(chat, held, owner, after) {
    const answer = await api.messages(chat, owner, after);
    held.keyboards.set(owner, answer.reply_keyboard || null);
    return answer;
  }

  messages(chat) {
    const held = this.#chats.get(chat);
    return held ? [...held.messages.values()].sort((a, b) => a.message_id - b.message_id) : [];
  }

  message = (chat, id) => this.#chats.get(chat)?.messages.get(id) || null;
  isLoaded = (chat, person) => this.#chats.get(chat)?.keyboards.has(person) || false;
  replyKeyboard = (chat, person) => this.#chats.get(chat)?.keyboards.get(person) || null;
  groupsOf = (person) => [...this.groups.values()].filter((group) => memberIds(group).includes(person));
  isMember = (person, chat) => chat === person || memberIds(this.groups.get(chat)).includes(person);

  title(chat) {
    const group = this.groups.get(chat);
    return group ? group.title : this.people.get(chat)?.name || String(chat);
  }

  #countUnread(chat, message) {
    if (message.kind === "service" && !message.service) return;
    for (const person of this.#peopleIn(chat)) {
      if (message.from?.id === person || this.#shown(person, chat)) continue;
      const key = `${person}:${chat}`;
      this.unread.set(key, (this.unread.get(key) || 0) + 1);
    }
  }

  #peopleIn = (chat) => (this.groups.has(chat) ? memberIds(this.groups.get(chat)) : [chat]);

  unreadOf = (person) =>
    [...this.unread].reduce((sum, [key, count]) => (key.startsWith(`${person}:`) ? sum + count : sum), 0);

  /** A group is unread while no phone shows it: the most any member has not seen. */
  unreadIn(chat) {
    const members = this.#peopleIn(chat);
    if (members.some((person) => this.#shown(person, chat))) return 0;
    return Math.max(0, ...members.map((person) => this.unread.get(`${person}:${chat}`) || 0));
  }

  seen(person, chat) {
    if (this.unread.delete(`${person}:${chat}`)) this.#tell("state");
  }

  #setClock(clock) {
    if (!clock) return;
    this.#skew = instant(clock.now) - Date.now();
    this.#tell("clock");
  }

  /** The simulated instant in milliseconds. */
  now = () => Date.now() + this.#skew;

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #later(key, work) {
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => work().catch(() => {}), SETTLE),
    );
  }
}

export const memberIds = (group) => (group?.members || []).map((member) => member?.id ?? member);

/** Faults as a list, whichever way the server keeps them. */
function listOf(faults) {
  if (Array.isArray(faults)) return faults;
  return Object.entries(faults || {}).flatMap(([kind, value]) => (value ? [{ kind, ...Object(value) }] : []));
}
