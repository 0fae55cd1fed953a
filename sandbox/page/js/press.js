// What happens when a button under a message, or a link inside one, is pressed.
import * as api from "./api.js";
import { askForm, openDialog, showAlert } from "./dialogs.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { setBusy } from "./keyboard.js";
import { readLink } from "./links.js";

/** Presses an inline button: spins until the bot has answered, then shows the answer. */
export async function pressButton(phone, message, button, place) {
  phone.attend();
  if (button.url) return openAddress(phone, button.url);
  if (button.copy) return copy(phone, typeof button.copy === "string" ? button.copy : button.copy.text);
  const fields = {
    chat: phone.chat,
    message_id: message.message_id,
    ...(button.data ? { data: button.data } : { text: button.text }),
  };
  spin(phone, message, place, true);
  const answer = await phone.attempt(() => api.tap(phone.person, fields));
  spin(phone, message, place, false);
  if (answer) showAnswer(phone, answer);
  return undefined;
}

function spin(phone, message, place, on) {
  phone.pend(message, place, on);
  setBusy(phone.node, message.message_id, place, on);
}

function showAnswer(phone, answer) {
  if (!answer.answered) phone.toast(t("no-answer"), "bad");
  else if (answer.text && answer.alert) showAlert(phone.personData.name, answer.text);
  else if (answer.text) phone.toast(answer.text);
  if (answer.url) openAddress(phone, answer.url);
}

/** Presses a link, command or mention in a text. */
export function pressLink(phone, { type, value, url }) {
  if (type === "bot_command") return phone.say(value, {});
  if (type === "url" || type === "text_link") return openAddress(phone, url || value);
  return undefined;
}

async function openAddress(phone, address) {
  const link = readLink(address, phone.store.bot.username);
  if (link.kind === "start") return phone.start(link.payload);
  if (link.kind === "bot") return phone.setChat(phone.person);
  if (link.kind === "startgroup") return addToGroup(phone, link);
  const chosen = await openDialog({
    title: t("outside-link"),
    testid: "link-dialog",
    body: [h("p", {}, t("outside-link-words")), h("code.address", {}, address)],
    buttons: [
      { word: "close", answer: null },
      { word: "copy", answer: true, main: true },
    ],
  });
  return chosen ? copy(phone, address) : undefined;
}

/** A link that adds the bot to a group: asks which of the person's groups. */
async function addToGroup(phone, { payload, admin }) {
  const groups = phone.store.groupsOf(phone.person);
  if (groups.length === 0) return phone.toast(t("no-groups"), "bad");
  const chosen = await askForm({
    title: t("add-bot-to-group"),
    fields: [
      {
        name: "group",
        word: "group",
        type: "select",
        value: groups[0].id,
        options: groups.map(({ id, title }) => ({ value: id, text: title })),
      },
    ],
  });
  if (!chosen) return undefined;
  const group = Number(chosen.group);
  return phone.attempt(async () => {
    await api.changeMember(group, { bot: true, action: "add" });
    if (admin) await api.changeMember(group, { bot: true, action: "promote" });
    phone.setChat(group);
    return api.say(phone.person, { chat: group, text: `/start@${phone.store.bot.username} ${payload}`.trim() });
  });
}

async function copy(phone, words) {
  try {
    await navigator.clipboard.writeText(words);
    phone.toast(t("copied"));
  } catch {
    phone.toast(words);
  }
}
