// Which phones lie on the table: up to four, remembered, opened by address or by a sensible first choice.
// Hands each event of the store to the phones it concerns.
import { fill, h, keepFocus } from "./dom.js";
import { summary } from "./format.js";
import { t } from "./i18n.js";
import { announce } from "./notice.js";
import { Phone } from "./phone.js";
import { beep } from "./sound.js";
import { memberIds } from "./store.js";

const KEY = "sandbox.phones";
const MOST = 4;

export class Layout {
  phones = [];
  active = null;
  onChange = () => {};
  #opening = true;

  constructor() {
    this.node = h("div.phones", { testid: "phones" });
    this.empty = h("p.no-phones", { word: "no-phones", hidden: true });
    this.table = h("div.table", {}, this.node, this.empty);
  }

  /** Joins the store's events to the phones and opens the first ones. */
  start(store) {
    this.store = store;
    const each = (type, act) => store.addEventListener(type, ({ detail }) => act(detail));
    each("chat", ({ chat }) => this.#on(chat, (phone) => phone.draw()));
    each("edit", ({ chat, message }) => this.#on(chat, (phone) => phone.edited(message)));
    each("typing", ({ chat }) => this.#on(chat, (phone) => phone.typing()));
    each("arrival", ({ chat, message }) => this.#arrival(chat, message));
    each("state", () => this.#stateChanged());
    setInterval(() => this.phones.forEach((phone) => phone.tick()), 1000);
    this.#openFirst();
  }

  shows = (person, chat) => this.phones.some((phone) => phone.person === person && phone.chat === chat);

  #on(chat, act) {
    for (const phone of this.phones) if (phone.chat === chat) act(phone);
  }

  #arrival(chat, message) {
    let rings = false;
    for (const phone of this.phones) {
      if (phone.person === message.from?.id) continue;
      if (phone.chat === chat) phone.received(message);
      else if (this.store.isMember(phone.person, chat) && this.#first(phone, chat)) phone.elsewhere(chat, message);
      else continue;
      rings ||= !message.silent;
      this.#announce(phone, chat, message);
    }
    if (rings) beep();
    this.onChange();
  }

  /** The phone that shows a banner when no phone of this person shows the chat. */
  #first = (phone, chat) =>
    !this.shows(phone.person, chat) && this.phones.find(({ person }) => person === phone.person) === phone;

  #announce(phone, chat, message) {
    const words = {
      owner: phone.personData.name,
      chat: this.store.title(chat),
      from: message.from?.name || "",
      text: summary(message),
    };
    announce(t(message.silent ? "heard-silent" : "heard-ringing", words));
  }

  #stateChanged() {
    for (const phone of [...this.phones]) {
      const moved = this.store.groups.get(phone.chat)?.migrated_to;
      if (moved && this.store.groups.has(moved)) phone.setChat(moved);
      else if (!this.store.people.has(phone.person)) this.close(phone);
      else if (phone.chat !== phone.person && !this.store.groups.has(phone.chat)) phone.setChat(phone.person);
      else phone.drawHead();
    }
    if (this.phones.length === 0 && this.#opening) this.#openFirst();
    this.onChange();
  }

  // Opening and closing

  /** Opens a person's chat: in the phone that shows it, else in a free phone, else in place of the oldest. */
  open(person, chat) {
    const shown = this.phones.find((phone) => phone.person === person && phone.chat === chat);
    const phone = shown || this.#add(person, chat);
    this.activate(phone);
    phone.node.scrollIntoView({ behavior: "smooth", inline: "nearest", block: "nearest" });
    phone.node.classList.add("called");
    setTimeout(() => phone.node.classList.remove("called"), 900);
    this.changed();
    return phone;
  }

  /** A person: his phone as it lies there, else his private chat. */
  openPerson(person) {
    const phone = this.phones.find((open) => open.person === person);
    return this.open(person, phone ? phone.chat : person);
  }

  /** A group: seen by a member whose phone is not out yet, or by the first one. */
  openGroup(chat) {
    const members = memberIds(this.store.groups.get(chat));
    const showing = this.phones.find((phone) => phone.chat === chat);
    if (showing) return this.open(showing.person, chat);
    const person = members.find((id) => !this.phones.some((phone) => phone.person === id)) ?? members[0];
    return person === undefined ? null : this.open(person, chat);
  }

  #add(person, chat) {
    const phone = new Phone(this.store, this, person, chat);
    if (this.phones.length < MOST) {
      this.phones.push(phone);
      this.node.append(phone.node);
      return phone;
    }
    const oldest = this.phones.reduce((first, next) => (next.opened < first.opened ? next : first));
    this.phones[this.phones.indexOf(oldest)] = phone;
    oldest.node.replaceWith(phone.node);
    return phone;
  }

  close(phone) {
    const index = this.phones.indexOf(phone);
    if (index < 0) return;
    this.phones.splice(index, 1);
    phone.node.remove();
    this.#opening = false;
    if (this.active === phone) this.activate(this.phones[Math.max(0, index - 1)] || null);
    this.changed();
  }

  activate(phone) {
    if (this.active === phone) return;
    this.active = phone;
    for (const other of this.phones) other.node.classList.toggle("active", other === phone);
    this.onChange();
  }

  /** What is out changed: remembered for the next visit. */
  changed() {
    this.node.dataset.count = String(this.phones.length);
    this.empty.hidden = this.phones.length > 0;
    if (!this.#opening || this.phones.length) remember(this.phones.map(({ key }) => key));
    this.onChange();
  }

  /** Forgets what was remembered and opens the first choice again. */
  reset() {
    remember(null);
    this.phones = [];
    this.active = null;
    this.#opening = true;
    keepFocus(this.node, () => fill(this.node));
    this.#openAll(this.#suggestion());
  }

  // The first choice

  #openFirst() {
    const asked = read(new URLSearchParams(location.search).get("phones"));
    const pairs = [asked, read(remembered()), this.#suggestion()].map((list) =>
      list.filter((pair) => this.#exists(pair)),
    );
    this.#openAll(pairs.find((list) => list.length) || []);
  }

  #openAll(pairs) {
    for (const [person, chat] of pairs.slice(0, MOST)) this.#add(person, chat);
    if (this.phones.length) this.activate(this.phones[0]);
    this.changed();
  }

  #exists = ([person, chat]) => this.store.people.has(person) && (chat === person || this.store.groups.has(chat));

  /** The server's own suggestion, else the first people, the last of them looking at a group. */
  #suggestion() {
    const suggested = read(this.store.suggested.join(",")).filter((pair) => this.#exists(pair));
    if (suggested.length) return suggested;
    const people = ordered([...this.store.people.values()])
      .slice(0, MOST)
      .map(({ id }) => id);
    return people.map((id, index) => {
      const group = index > 0 && index === people.length - 1 ? this.store.groupsOf(id)[0] : null;
      return [id, group ? group.id : id];
    });
  }
}

const ordered = (people) => people.sort((a, b) => (a.order ?? 1e9) - (b.order ?? 1e9));

/** "7:7,8:-100" as pairs of numbers; what is no pair is left out. */
function read(text) {
  return (text || "")
    .split(",")
    .map((pair) => pair.split(":").map(Number))
    .filter((pair) => pair.length === 2 && pair.every((id) => Number.isInteger(id) && id !== 0));
}

function remember(keys) {
  try {
    if (keys) localStorage.setItem(KEY, keys.join(","));
    else localStorage.removeItem(KEY);
  } catch {
    /* where storage is refused the layout lasts until reload */
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
