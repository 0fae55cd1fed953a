// Windows about people, groups and messages: who somebody is, who is in a group, how a message came to read as it does.
import * as api from "./api.js";
import { askForm, openDialog } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { hourMinute, instant } from "./format.js";
import { t } from "./i18n.js";
import { attempt } from "./notice.js";
import { memberIds } from "./store.js";

/** Who the phone belongs to, with the switch that blocks the bot; and the group on the screen, if it shows one. */
export async function showPerson(phone) {
  const person = phone.personData;
  const facts = [
    ["name", person.name],
    ["id", person.id],
    ["phone-number", person.phone || "—"],
    ["language-of", person.language || "—"],
  ];
  const chosen = await openDialog({
    title: t("about-person"),
    testid: "person-dialog",
    body: factList(facts),
    buttons: [
      phone.group && { word: "group-members", answer: "group", testid: "open-group" },
      { word: person.blocked ? "unblock" : "block-bot", answer: "block", bad: !person.blocked, testid: "toggle-block" },
      { word: "close", answer: null, main: true },
    ].filter(Boolean),
  });
  if (chosen === "block") await phone.attempt(() => api.block(phone.person, !person.blocked));
  if (chosen === "group") await showGroup(phone.store, phone.chat);
}

const factList = (facts) =>
  h(
    "dl.facts",
    {},
    facts.map(([word, value]) => [h("dt", {}, t(word)), h("dd", {}, String(value))]),
  );

/** Who is in a group, the bot included; each can be added, removed, promoted. */
export function showGroup(store, id) {
  const list = h("ul.members", { testid: "members" });
  const act = async (change) => {
    await attempt(() => api.changeMember(id, change));
    await store.refresh();
    draw();
  };
  const draw = () => {
    const group = store.groups.get(id);
    const inside = memberIds(group);
    fill(
      list,
      botRow(group, act),
      (group.members || []).map((member) => memberRow(store, member, act)),
      [...store.people.values()]
        .filter((person) => !inside.includes(person.id))
        .map((person) =>
          row(person.name, t("not-in-group"), [["add", { person: person.id, action: "add" }]], act, "person"),
        ),
    );
  };
  draw();
  return openDialog({
    title: store.title(id),
    testid: "group-dialog",
    body: [h("p.quiet-words", {}, `${t("id")} ${id}`), list],
    buttons: [{ word: "close", answer: null, main: true }],
  });
}

const STEPS = {
  absent: [["add", "add"]],
  member: [
    ["promote", "promote"],
    ["remove", "remove"],
  ],
  anonymous: [
    ["demote", "demote"],
    ["remove", "remove"],
  ],
  administrator: [
    ["demote", "demote"],
    ["remove", "remove"],
  ],
  creator: [],
};

function botRow(group, act) {
  const status = group.bot || "absent";
  return row(
    t("the-bot"),
    t(`bot-${status}`),
    STEPS[status].map(([word, action]) => [word, { bot: true, action }]),
    act,
    "bot",
  );
}

function memberRow(store, member, act) {
  const id = member?.id ?? member;
  const status = member?.anonymous ? "anonymous" : member?.status || "member";
  const steps = (STEPS[status] || STEPS.member).map(([word, action]) => [word, { person: id, action }]);
  if (status === "member")
    steps.splice(1, 0, ["promote-anonymous", { person: id, action: "promote", anonymous: true }]);
  return row(store.people.get(id)?.name || String(id), t(`status-${status}`), steps, act, "person");
}

function row(name, status, steps, act, kind) {
  return h(
    "li",
    { data: { kind } },
    h("span.member-name", {}, name, h("small", {}, status)),
    steps.map(([word, change]) =>
      h("button.quiet", { type: "button", testid: `member-${word}`, on: { click: () => act(change) } }, t(word)),
    ),
  );
}

/** Every version of an edited message, oldest first. */
export function showHistory(message) {
  const now = { text: message.text, caption: message.caption, now: true };
  // An edit's date is when it replaced the version before it.
  const begins = [message.date, ...message.edits.map(({ date }) => date)];
  const versions = [...message.edits, now].map((version, index) => ({ ...version, date: begins[index] }));
  openDialog({
    title: t("history"),
    testid: "history-dialog",
    body: h(
      "ol.versions",
      {},
      versions.map((version) =>
        h(
          "li",
          {},
          h("small", {}, hourMinute(instant(version.date)), version.now ? ` · ${t("as-it-reads-now")}` : ""),
          h("div.version-text", {}, version.text || version.caption || ""),
        ),
      ),
    ),
    buttons: [{ word: "close", answer: null, main: true }],
  });
}

/** Asks where to forward a message and forwards it. */
export async function chooseForward(phone, message) {
  const chats = [
    { value: phone.person, text: phone.store.bot.name || t("bot") },
    ...phone.store.groupsOf(phone.person).map(({ id, title }) => ({ value: id, text: title })),
  ];
  const chosen = await askForm({
    title: t("forward"),
    word: "forward",
    testid: "forward-dialog",
    fields: [{ name: "chat", word: "to-chat", type: "select", value: chats[0].value, options: chats }],
  });
  if (!chosen) return;
  const chat = Number(chosen.chat);
  await phone.attempt(() => api.forward(phone.person, { from_chat: phone.chat, message_id: message.message_id, chat }));
}

export async function createPerson(store) {
  const serial = String(store.people.size + 1).padStart(4, "0");
  const fields = await askForm({
    title: t("new-person"),
    word: "create",
    testid: "person-form",
    fields: [
      { name: "name", word: "name", required: true, value: "" },
      { name: "phone", word: "phone-number", value: `+8619900${serial.padStart(6, "0")}` },
      {
        name: "language",
        word: "language-of",
        type: "select",
        value: "zh",
        options: [
          { value: "zh", text: "中文" },
          { value: "en", text: "English" },
        ],
      },
    ],
  });
  if (!fields) return null;
  const made = await attempt(() => api.addPerson({ ...fields, phone: fields.phone || undefined }));
  await store.refresh();
  return made?.id ?? null;
}

export async function createGroup(store) {
  const people = [...store.people.values()].map(({ id, name }) => ({ value: id, text: name }));
  const fields = await askForm({
    title: t("new-group"),
    word: "create",
    testid: "group-form",
    fields: [
      { name: "title", word: "group-title", required: true, value: "" },
      { name: "members", word: "group-members", type: "checks", options: people, value: [] },
      {
        name: "bot",
        word: "the-bot",
        type: "select",
        value: "administrator",
        options: ["administrator", "member", "absent"].map((status) => ({ value: status, text: t(`bot-${status}`) })),
      },
      { name: "forum", word: "forum", type: "checkbox", value: false },
    ],
  });
  if (!fields) return null;
  const owner = fields.members[0];
  const made = await attempt(() => api.addGroup({ ...fields, ...(owner && { owner }) }));
  await store.refresh();
  return made?.id ?? null;
}
