// One phone: a person, one of his chats, and what happens when something comes in. The parts are composer and timeline.
import * as api from "./api.js";
import { aboutChat, chatChoices, gateOf, topicsOf } from "./chat-info.js";
import { Composer } from "./composer.js";
import { avatar, fill, h } from "./dom.js";
import { hourMinute, summary } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { pressButton, pressLink } from "./press.js";
import { attempt, toast } from "./notice.js";
import { chooseForward, showHistory, showPerson } from "./sheets.js";
import { Timeline } from "./timeline.js";

const TYPING_SECONDS = 5;
const BANNER_SECONDS = 9;

export class Phone {
  #arrivals = new Map();
  #pending = new Set();
  #bell = 0;
  #typing = null;
  #bannerTimer = null;
  opened = performance.now();

  /** `home` is the layout: {close(phone), activate(phone)}. */
  constructor(store, home, person, chat) {
    Object.assign(this, { store, home, person, chat });
    this.name = h("strong.owner", { testid: "phone-owner" });
    this.bell = h("span.bell", { testid: "phone-bell", hidden: true });
    this.time = h("time.phone-time");
    this.face = h("span.face");
    this.chats = h("select.chat-switch", {
      testid: "chat-switch",
      label: "switch-chat",
      on: { change: () => this.setChat(Number(this.chats.value)) },
    });
    this.subtitle = h("span.subtitle", { testid: "phone-subtitle" });
    this.banner = h("div.banner", { testid: "banner", hidden: true });
    this.toasts = h("div.toasts", { role: "status" });
    this.timelinePlace = h("div.screen");
    this.composerPlace = h("div");
    this.node = h(
      "section.phone",
      {
        testid: "phone",
        on: { pointerdown: () => this.attend(), focusin: () => this.home.activate(this), keydown: () => this.attend() },
      },
      h(
        "div.strip",
        {},
        this.name,
        this.bell,
        this.time,
        h(
          "button.icon-button",
          { type: "button", testid: "phone-more", label: "about-person", on: { click: () => showPerson(this) } },
          icon("more"),
        ),
        h(
          "button.icon-button",
          { type: "button", testid: "phone-close", label: "close-phone", on: { click: () => this.home.close(this) } },
          icon("close"),
        ),
      ),
      h("header.chat-head", {}, this.face, h("div.chat-words", {}, this.chats, this.subtitle)),
      this.banner,
      this.timelinePlace,
      this.composerPlace,
      this.toasts,
    );
    this.setChat(chat);
  }

  get key() {
    return `${this.person}:${this.chat}`;
  }

  get personData() {
    return this.store.people.get(this.person) || { id: this.person, name: String(this.person) };
  }

  get group() {
    return this.store.groups.get(this.chat) || null;
  }

  setChat(chat) {
    this.chat = chat;
    this.#arrivals.clear();
    this.#ringStop();
    this.#hideBanner();
    Object.assign(this.node.dataset, { person: this.person, chat });
    this.timeline = new Timeline(() => this.store.messages(this.chat), this.#view());
    this.composer = new Composer(this);
    fill(this.timelinePlace, this.timeline.node);
    fill(this.composerPlace, this.composer.node);
    this.store.seen(this.person, chat);
    this.home.changed?.();
    this.drawHead();
    if (this.store.isLoaded(chat, this.person)) this.draw();
    else this.attempt(() => this.store.load(chat, this.person));
  }

  #view() {
    return {
      person: this.person,
      isGroup: this.chat !== this.person,
      arrival: (id) => this.#arrivals.get(id) || null,
      message: (id) => this.store.message(this.chat, id),
      topic: (thread) => this.#topic(thread),
      isBusy: (message, place) => this.#pending.has(`${message.message_id} ${place}`),
      onTap: (message, button, place) => pressButton(this, message, button, place),
      onLink: (link) => pressLink(this, link),
      onReply: (message) => this.composer.reply(message),
      onEdit: (message) => this.composer.edit(message),
      onForward: (message) => chooseForward(this, message),
      onHistory: showHistory,
      onJump: (id) => this.timeline.show(id),
    };
  }

  #topic(thread) {
    if (!thread) return null;
    return topicsOf(this.store, this.chat).find((topic) => topic.thread === thread)?.name ?? String(thread);
  }

  // Drawing

  draw(all = false) {
    this.timeline.draw(all);
    this.composer.setKeyboard(this.store.replyKeyboard(this.chat, this.person));
    this.composer.setTopics(topicsOf(this.store, this.chat));
  }

  drawHead() {
    const { name } = this.personData;
    this.name.textContent = name;
    this.node.setAttribute("aria-label", `${t("phone-of", { name })}`);
    fill(
      this.face,
      this.group ? avatar(this.chat, this.group.title) : avatar(this.store.bot.id || 4, this.store.bot.name || "B"),
    );
    this.#drawChats();
    this.chats.value = String(this.chat);
    this.subtitle.textContent = this.#typing ? t("typing") : aboutChat(this.store, this.chat);
    this.composer.setGate(gateOf(this));
    this.composer.setTopics(topicsOf(this.store, this.chat));
    this.tick();
  }

  #drawChats() {
    const count = (id) => this.store.unread.get(`${this.person}:${id}`);
    const options = chatChoices(this.store, this.person, this.chat).map(([id, title]) => [
      id,
      count(id) ? `${title}  (${count(id)})` : title,
    ]);
    const print = JSON.stringify(options);
    if (this.chats.dataset.print === print) return;
    this.chats.dataset.print = print;
    const nodes = options.map(([id, words]) => h("option", { value: id }, words));
    fill(this.chats, nodes);
  }

  tick() {
    this.time.textContent = hourMinute(this.store.now());
  }

  // What comes in

  /** A message in the chat on the screen. */
  received(message) {
    const ringing = !message.silent;
    this.#arrivals.set(message.message_id, ringing ? "ringing" : "silent");
    this.timeline.arrived();
    if (ringing) this.#ring();
  }

  /** A message in another of this person's chats: a banner, as on a locked phone. */
  elsewhere(chat, message) {
    fill(
      this.banner,
      icon(message.silent ? "muted" : "bell"),
      h(
        "button.banner-words",
        {
          type: "button",
          on: { click: () => this.setChat(chat) },
        },
        h("strong", {}, chat === this.person ? this.store.bot.name : this.store.title(chat)),
        h("span", {}, `${chat === this.person ? "" : `${message.from?.name || ""}: `}${summary(message)}`),
      ),
    );
    this.banner.hidden = false;
    this.banner.dataset.silent = String(Boolean(message.silent));
    clearTimeout(this.#bannerTimer);
    this.#bannerTimer = setTimeout(() => this.#hideBanner(), BANNER_SECONDS * 1000);
    if (!message.silent) this.#ring();
    this.drawHead();
  }

  #hideBanner() {
    this.banner.hidden = true;
  }

  edited(message) {
    this.timeline.show(message.message_id, "just-edited");
  }

  typing() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#stopTyping(), TYPING_SECONDS * 1000);
    this.subtitle.textContent = t("typing");
  }

  #stopTyping() {
    this.#typing = null;
    this.subtitle.textContent = aboutChat(this.store, this.chat);
  }

  #ring() {
    this.#bell += 1;
    this.node.dataset.bell = String(this.#bell);
    this.bell.hidden = false;
    fill(this.bell, icon("bell"), h("span", {}, this.#bell), h("span.sr", {}, t("rang")));
    this.node.classList.remove("ringing");
    void this.node.offsetWidth;
    this.node.classList.add("ringing");
  }

  #ringStop() {
    this.#bell = 0;
    this.bell.hidden = true;
    delete this.node.dataset.bell;
    this.node.classList.remove("ringing");
  }

  /** Somebody took the phone in hand: the bell has done its work. */
  attend() {
    if (this.#bell) this.#ringStop();
  }

  // What the person does

  toast(words, tone = "plain") {
    toast(words, tone, this.toasts);
  }
  attempt(act) {
    return attempt(act, this.toasts);
  }

  say(text, fields = this.composer.takeAddress()) {
    this.timeline.toEnd();
    return this.attempt(() => api.say(this.person, { chat: this.chat, text, ...fields }));
  }

  /** Presses a button of the reply keyboard. */
  press(fields) {
    this.timeline.toEnd();
    return this.attempt(() => api.tap(this.person, { chat: this.chat, ...fields }));
  }

  send(fields) {
    this.timeline.toEnd();
    return api.send(this.person, { chat: this.chat, ...fields, ...this.composer.takeAddress() });
  }

  edit(messageId, text) {
    return this.attempt(() => api.edit(this.person, { chat: this.chat, message_id: messageId, text }));
  }

  /** Opens the private chat with the bot and says the start command there. */
  async start(payload) {
    if (this.chat !== this.person) this.setChat(this.person);
    return this.say(payload ? `/start ${payload}` : "/start", {});
  }

  pend(message, place, on) {
    const key = `${message.message_id} ${place}`;
    if (on) this.#pending.add(key);
    else this.#pending.delete(key);
  }
}
