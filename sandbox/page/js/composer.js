// Where a person writes: text, reply, edit, attachments, the bot's reply keyboard. Keeps the draft per chat.
import { chooseLocation, shareContact } from "./attach.js";
import { fill, h } from "./dom.js";
import { summary } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { replyKeyboard } from "./keyboard.js";
import { tool, toolRow } from "./tools.js";

const TALLEST = 132;

export class Composer {
  #phone;
  #mode = null;
  #thread = "";
  #keysOpen = true;
  #keysDrawn = "";
  #gateDrawn = "";

  constructor(phone) {
    this.#phone = phone;
    this.input = h("textarea.write", {
      rows: "1",
      testid: "composer",
      placeholder: "write",
      label: "write",
      enterkeyhint: "send",
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event) },
    });
    this.context = h("div.context", { testid: "context", hidden: true });
    this.keys = h("div.keys", { hidden: true });
    this.keysToggle = h(
      "button.icon-button",
      {
        type: "button",
        testid: "reply-keyboard-toggle",
        label: "reply-keyboard",
        hidden: true,
        "aria-expanded": "true",
        on: { click: () => this.#showKeys(!this.#keysOpen) },
      },
      icon("keyboard"),
    );
    this.threads = h("select.threads", {
      testid: "thread",
      label: "thread",
      hidden: true,
      on: {
        change: () => {
          this.#thread = this.threads.value;
        },
      },
    });
    this.commands = h("div.commands", { testid: "commands", hidden: true, role: "group", label: "commands" });
    this.sendButton = h(
      "button.send",
      { type: "button", testid: "send", label: "send", on: { click: () => this.submit() } },
      icon("send"),
    );
    this.commandsToggle = tool("command", "commands", "commands-toggle", () => this.#toggleCommands());
    this.tools = toolRow(phone, this.commandsToggle);
    this.gate = h("div.gate", { hidden: true });
    this.body = h(
      "div.composer-body",
      {},
      this.context,
      this.keys,
      this.commands,
      this.tools,
      h("div.write-row", {}, this.threads, this.input, this.keysToggle, this.sendButton),
    );
    this.node = h("div.composer", {}, this.gate, this.body);
    this.setText(phone.store.drafts.get(phone.key) || "");
  }

  // Text

  setText(words) {
    this.input.value = words;
    this.#typed();
  }

  /** The words written so far, taken away: a caption for what is sent now. */
  takeText() {
    if (this.#mode?.kind === "edit") return "";
    const words = this.input.value.trim();
    this.setText("");
    return words;
  }

  #typed() {
    this.#phone.store.drafts.set(this.#phone.key, this.input.value);
    this.sendButton.disabled = this.input.value.trim() === "";
    this.input.style.height = "auto";
    if (!this.input.scrollHeight) return;
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
  }

  #key(event) {
    // An input method uses Enter to choose a character: that Enter sends nothing.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.#mode) {
      event.stopPropagation();
      this.#setMode(null);
    }
  }

  async submit() {
    const words = this.input.value.trim();
    if (!words) return;
    const mode = this.#mode;
    this.setText("");
    const done =
      mode?.kind === "edit" ? await this.#phone.edit(mode.message.message_id, words) : await this.#phone.say(words);
    if (done === undefined && this.input.value === "") this.setText(words);
    else if (mode?.kind === "edit") this.#setMode(null);
  }

  /** Fields every outgoing message carries: what it replies to, and the topic; a reply is used up. */
  takeAddress() {
    const reply = this.#mode?.kind === "reply" ? this.#mode.message : null;
    if (reply) this.#setMode(null);
    const thread = reply?.thread ?? (this.#thread ? Number(this.#thread) : undefined);
    return { ...(reply && { reply_to: reply.message_id }), ...(thread && { thread }) };
  }

  reply(message) {
    this.#setMode({ kind: "reply", message });
    this.input.focus();
  }

  edit(message) {
    this.#setMode({ kind: "edit", message });
    this.setText(message.text);
    this.input.focus();
  }

  #setMode(mode) {
    if (this.#mode?.kind === "edit") this.setText("");
    this.#mode = mode;
    this.context.hidden = !mode;
    if (!mode) return;
    const words = mode.kind === "edit" ? t("editing") : t("replying", { name: mode.message.from?.name || "" });
    fill(
      this.context,
      icon(mode.kind),
      h("span.context-words", {}, h("strong", {}, words), h("span", {}, summary(mode.message))),
      h(
        "button.icon-button",
        {
          type: "button",
          testid: "context-close",
          label: "cancel",
          on: {
            click: () => {
              this.#setMode(null);
              this.input.focus();
            },
          },
        },
        icon("close"),
      ),
    );
  }

  // What the bot offers

  /** Shows the chat's reply keyboard, or none. */
  setKeyboard(keyboard) {
    const print = JSON.stringify(keyboard);
    if (print === this.#keysDrawn) return;
    this.#keysDrawn = print;
    this.keysToggle.hidden = !keyboard;
    this.input.placeholder = keyboard?.placeholder || t("write");
    fill(this.keys, keyboard ? replyKeyboard(keyboard, (button) => this.#pressKey(button, keyboard)) : "");
    this.#showKeys(Boolean(keyboard));
  }

  #showKeys(open) {
    this.#keysOpen = open;
    this.keys.hidden = !open || this.keys.childElementCount === 0;
    this.keysToggle.setAttribute("aria-expanded", String(!this.keys.hidden));
  }

  async #pressKey(button, keyboard) {
    const phone = this.#phone;
    const act = button.request_contact ? shareContact : button.request_location ? chooseLocation : null;
    const fields = act ? await act(phone) : {};
    const done = fields && (await phone.press({ text: button.text, ...fields }));
    if (done && keyboard.one_time) this.#showKeys(false);
  }

  #toggleCommands() {
    const commands = this.#phone.store.bot.commands || [];
    this.commands.hidden = !this.commands.hidden;
    fill(
      this.commands,
      commands.map(({ command, description }) =>
        h(
          "button.command",
          {
            type: "button",
            testid: "command",
            data: { command },
            on: {
              click: () => {
                this.commands.hidden = true;
                this.#phone.say(`/${command}`);
              },
            },
          },
          h("strong", {}, `/${command}`),
          h("span", {}, description),
        ),
      ),
    );
  }

  // Whether this person can write here

  /** `gate`: null, or {word, action, onClick} in place of the composer. */
  setGate(gate) {
    const print = gate ? `${gate.words} ${gate.action}` : "";
    if (print === this.#gateDrawn) return;
    this.#gateDrawn = print;
    this.gate.hidden = !gate;
    this.body.hidden = Boolean(gate);
    const { words, action, testid, onClick } = gate || {};
    fill(
      this.gate,
      words && h("p", {}, words),
      action && h("button.main", { type: "button", testid, on: { click: onClick } }, action),
    );
  }

  setTopics(topics) {
    this.threads.hidden = topics.length === 0;
    this.commandsToggle.hidden = !this.#phone.store.bot.commands?.length;
    const print = JSON.stringify(topics);
    if (this.threads.dataset.print === print) return;
    this.threads.dataset.print = print;
    fill(
      this.threads,
      h("option", { value: "" }, "# General"),
      topics.map(({ thread, name }) =>
        h("option", { value: thread, selected: String(thread) === this.#thread }, `# ${name}`),
      ),
    );
  }
}
