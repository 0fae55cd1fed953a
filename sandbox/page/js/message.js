// One message, or one album, as a list item. A message is drawn anew whenever it changes; it keeps no state.
import { h } from "./dom.js";
import { renderText } from "./entities.js";
import { hourMinute, instant, summary } from "./format.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { inlineKeyboard } from "./keyboard.js";
import { media } from "./media.js";

/**
 * The list item for a unit: one message, or the parts of an album.
 * `view`: {person, isGroup, showName, arrival, message(id), topic(thread), onLink, onTap, isBusy,
 *          onReply, onEdit, onForward, onHistory, onJump}
 */
export function renderUnit(parts, view) {
  const [first] = parts;
  if (first.kind === "service" && !first.deleted) return serviceItem(first);
  const own = first.from?.id === view.person;
  const item = h("li.unit", { class: `unit ${own ? "own" : "other"}`, tabindex: "-1" });
  if (parts.length > 1) item.append(albumBubble(parts, own, view));
  else item.append(bubble(first, own, view));
  return item;
}

function serviceItem(message) {
  return h(
    "li.unit.service",
    { tabindex: "-1", testid: "message", data: { messageId: message.message_id, kind: "service" } },
    h("span", {}, message.service || message.text || ""),
  );
}

function marks(message, own, view) {
  return {
    messageId: message.message_id,
    kind: message.kind,
    own: String(own),
    arrival: view.arrival(message.message_id),
    silent: message.silent ? "true" : null,
    edited: message.edited ? "true" : null,
    deleted: message.deleted ? "true" : null,
    pinned: message.pinned ? "true" : null,
    rev: message.rev,
  };
}

function bubble(message, own, view) {
  const data = marks(message, own, view);
  const label = `${own ? t("you") : message.from?.name || ""}: ${summary(message)}`;
  const node = h("article.message", { testid: "message", data, "aria-label": label });
  if (message.deleted) {
    node.append(h("div.bubble.gone", {}, h("em", {}, t("deleted")), meta(message, view)));
    return node;
  }
  const medium = media(message);
  const text = message.text || message.caption || "";
  const entities = message.text ? message.entities : message.caption_entities;
  node.append(
    h(
      "div.bubble",
      { data: { medium: medium ? "true" : null }, on: { click: () => tapped(message, view) } },
      header(message, own, view),
      medium,
      text && h("div.text", { testid: "message-text" }, renderText(text, entities, view.onLink)),
      meta(message, view),
    ),
  );
  if (message.keyboard?.kind === "inline") node.append(keyboardOf(message, view));
  node.append(actions(message, own, view));
  return node;
}

function albumBubble(parts, own, view) {
  const written = parts.find((part) => part.caption && !part.deleted);
  const grid = h(
    "div.album",
    { class: `album of-${Math.min(parts.length, 4)}` },
    parts.map((part) =>
      h(
        "div.album-part",
        { testid: "message", data: { ...marks(part, own, view), album: part.album } },
        part.deleted ? h("em.gone", {}, t("deleted")) : media(part),
      ),
    ),
  );
  const last = parts[parts.length - 1];
  const node = h("article.message", {
    "aria-label": `${parts[0].from?.name || ""}: ${t("kind-album")} ${parts.length}`,
  });
  node.append(
    h(
      "div.bubble",
      { data: { medium: "true" }, on: { click: () => tapped(parts[0], view) } },
      header(parts[0], own, view),
      grid,
      written &&
        h("div.text", { testid: "message-text" }, renderText(written.caption, written.caption_entities, view.onLink)),
      meta(last, view),
    ),
  );
  node.append(actions(parts[0], own, view));
  return node;
}

/** A touch on a bubble answers it, unless somebody is marking its words. */
function tapped(message, view) {
  if (String(getSelection()) === "") view.onReply(message);
}

function header(message, own, view) {
  const topic = view.topic(message.thread);
  const reply = message.reply_to ? view.message(idOf(message.reply_to)) || message.reply_to : null;
  return [
    view.showName &&
      !own &&
      h(
        "div.sender",
        { class: `sender hue-${Math.abs(message.from?.id || 0) % 7}` },
        message.from?.name || "",
        message.from?.is_bot && h("span.bot-mark", {}, t("bot")),
      ),
    topic && h("div.topic", { testid: "topic" }, `# ${topic}`),
    message.forward && h("div.forwarded", { testid: "forwarded" }, t("forwarded-from", { name: message.forward.name })),
    reply &&
      h(
        "button.quote",
        {
          type: "button",
          testid: "quote",
          on: {
            click: (event) => {
              event.stopPropagation();
              view.onJump(idOf(message.reply_to));
            },
          },
        },
        h("strong", {}, reply.from?.name || ""),
        h("span", {}, typeof reply === "object" ? summary(reply) : `#${reply}`),
      ),
  ];
}

const idOf = (reply) => (typeof reply === "object" ? reply.message_id : reply);

function meta(message, view) {
  const arrival = view.arrival(message.message_id);
  return h(
    "div.meta",
    {},
    message.pinned &&
      h("span.mark", { title: t("pinned"), testid: "pinned" }, icon("pin"), h("span.sr", {}, t("pinned"))),
    message.edited && !message.deleted && editedMark(message, view),
    message.silent &&
      h("span.mark", { title: t("silent"), testid: "muted-bell" }, icon("muted"), h("span.sr", {}, t("silent"))),
    arrival === "ringing" &&
      h("span.mark.rang", { title: t("rang"), testid: "bell" }, icon("bell"), h("span.sr", {}, t("rang"))),
    h("time", {}, hourMinute(instant(message.date))),
  );
}

function editedMark(message, view) {
  const words = `${t("edited")} ${hourMinute(instant(message.edited))}`.trim();
  if (!message.edits?.length) return h("span.edited", { testid: "edited" }, words);
  return h(
    "button.edited",
    {
      type: "button",
      testid: "edited",
      title: t("history"),
      on: {
        click: (event) => {
          event.stopPropagation();
          view.onHistory(message);
        },
      },
    },
    words,
  );
}

function keyboardOf(message, view) {
  return inlineKeyboard(message.keyboard, {
    onTap: (button, place) => view.onTap(message, button, place),
    isBusy: (place) => view.isBusy(message, place),
  });
}

function actions(message, own, view) {
  const button = (name, onClick) =>
    h(
      "button.action",
      {
        type: "button",
        testid: `message-${name}`,
        label: name,
        tabindex: "-1",
        on: {
          click: (event) => {
            event.stopPropagation();
            onClick(message);
          },
        },
      },
      icon(name),
    );
  return h(
    "div.actions",
    {},
    button("reply", view.onReply),
    own && message.kind === "text" && button("edit", view.onEdit),
    button("forward", view.onForward),
  );
}
