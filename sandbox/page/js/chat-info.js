// What a phone's header says of a chat, and whether its owner can write there. Reads the store, draws nothing.
import * as api from "./api.js";
import { t } from "./i18n.js";

/** The chats a person can switch to: [id, title] each, the private chat first, the one on the screen always in it. */
export function chatChoices(store, person, chat) {
  const choices = [[person, store.bot.name || t("bot")], ...store.groupsOf(person).map(({ id, title }) => [id, title])];
  return choices.some(([id]) => id === chat) ? choices : [...choices, [chat, store.title(chat)]];
}

/** The line under the title. */
export function aboutChat(store, chat) {
  const group = store.groups.get(chat);
  if (!group) return store.bot.username ? `${t("bot")} · @${store.bot.username}` : t("bot");
  return `${t("members-count", { n: group.members?.length ?? 0 })} · ${t(`bot-${group.bot || "absent"}`)}`;
}

/** A forum's topics, {thread, name}; without a list from the server, those its messages stand in. */
export function topicsOf(store, chat) {
  const group = store.groups.get(chat);
  if (!group?.forum) return [];
  if (group.topics) return group.topics;
  const threads = store.messages(chat).map(({ thread }) => thread);
  return [...new Set(threads.filter(Boolean))].map((thread) => ({ thread, name: String(thread) }));
}

/** What stands in place of the composer: null, or {words, action, testid, onClick}. */
export function gateOf(phone) {
  const { store, person, chat, personData } = phone;
  if (store.groups.has(chat)) return store.isMember(person, chat) ? null : { words: t("not-a-member") };
  if (personData.blocked) {
    const onClick = () => phone.attempt(() => api.block(person, false));
    return { words: t("bot-blocked"), action: t("unblock"), testid: "unblock", onClick };
  }
  if (personData.started || store.messages(chat).length) return null;
  return { action: t("start"), testid: "start", onClick: () => phone.say("/start") };
}
