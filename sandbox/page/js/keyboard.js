// Inline keyboards under messages and the reply keyboard over the composer. Draws and reports taps, calls nothing.
import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * An inline keyboard. `onTap(button, place)` gets the button and its place "row:column";
 * `isBusy(place)` says whether a tap still waits for the bot's answer.
 */
export function inlineKeyboard(keyboard, { onTap, isBusy }) {
  const rows = keyboard.rows.map((row, y) =>
    h(
      "div.key-row",
      {},
      row.map((button, x) => inlineButton(button, `${y}:${x}`, onTap, isBusy)),
    ),
  );
  return h("div.inline-keyboard", { testid: "inline-keyboard", role: "group", label: "inline-keyboard" }, rows);
}

function inlineButton(button, place, onTap, isBusy) {
  const busy = isBusy(place);
  const mark = button.url ? icon("link") : button.copy ? icon("file") : null;
  return h(
    "button.key",
    {
      type: "button",
      testid: "inline-button",
      "aria-busy": busy ? "true" : null,
      data: { text: button.text, data: button.data, place },
      on: {
        click: (event) => {
          event.stopPropagation();
          onTap(button, place);
        },
      },
    },
    h("span.key-text", {}, button.text),
    mark,
    h("span.spinner", { "aria-hidden": "true" }),
  );
}

/** Shows or hides the spinner of a button that is on the page. */
export function setBusy(root, messageId, place, busy) {
  const button = root.querySelector(`[data-message-id="${messageId}"] .key[data-place="${place}"]`);
  if (!button) return;
  if (busy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

/** The reply keyboard: its buttons say their text, or hand over the person's own contact or a location. */
export function replyKeyboard(keyboard, onPress) {
  const rows = keyboard.rows.map((row) =>
    h(
      "div.key-row",
      {},
      row.map((button) => replyButton(button, onPress)),
    ),
  );
  return h("div.reply-keyboard", { testid: "reply-keyboard", role: "group", label: "reply-keyboard" }, rows);
}

function replyButton(button, onPress) {
  const mark = button.request_contact ? icon("contact") : button.request_location ? icon("place") : null;
  return h(
    "button.key",
    {
      type: "button",
      testid: "reply-button",
      data: { text: button.text },
      on: { click: () => onPress(button) },
    },
    mark,
    h("span.key-text", {}, button.text),
  );
}
