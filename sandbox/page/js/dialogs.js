// Modal windows on the browser's own <dialog>: Escape closes, the focus stays inside and returns afterwards.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";

let serial = 0;

/** Opens a window and resolves with the pressed button's value, or null when it was closed. */
export function openDialog({ title, body, buttons, testid = "dialog", role = "dialog", wide = false, onOpen }) {
  const id = `dialog-${++serial}`;
  const dialog = h("dialog.window", { testid, role, "aria-labelledby": id, class: wide ? "window wide" : "window" });
  let value = null;
  const former = document.activeElement;
  const finish = (chosen) => {
    value = chosen;
    dialog.close();
  };
  const foot = buttons.map(({ word, text, answer, main, bad, testid: mark }) =>
    h(
      "button",
      {
        type: "button",
        class: main ? "main" : bad ? "bad" : "plain",
        testid: mark,
        on: { click: () => finish(typeof answer === "function" ? answer() : answer) },
      },
      text || t(word),
    ),
  );
  dialog.append(
    h(
      "header.window-head",
      {},
      h("h2", { id }, title),
      h("button.icon-button", { type: "button", label: "close", on: { click: () => finish(null) } }, icon("close")),
    ),
    h("div.window-body", {}, body),
    foot.length ? h("footer.window-foot", {}, foot) : "",
  );
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) finish(null);
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      former?.focus();
      resolve(value);
    });
    dialog.showModal();
    (dialog.querySelector("[autofocus]") || dialog.querySelector(".window-foot .main"))?.focus();
    onOpen?.(finish);
  });
}

/** The alert an answered tap may carry. */
export const showAlert = (title, words) =>
  openDialog({
    title,
    role: "alertdialog",
    testid: "alert-dialog",
    body: h("p.alert-words", {}, words),
    buttons: [{ word: "ok", answer: true, main: true, testid: "alert-ok" }],
  });

export const confirm = (title, words, word = "ok") =>
  openDialog({
    title,
    body: h("p.alert-words", {}, words),
    testid: "confirm-dialog",
    buttons: [
      { word: "cancel", answer: null },
      { word, answer: true, main: true, testid: "confirm-ok" },
    ],
  });

export const showPicture = (address, words) =>
  openDialog({
    title: words,
    wide: true,
    testid: "picture-dialog",
    body: h("img.full-picture", { src: address, alt: words }),
    buttons: [],
  });

/**
 * Asks for values. A field: {name, word, type: text|number|select|checkbox|checks, value, options: [{value, text}], hint}.
 * Resolves with {name: value} or null. Numbers are numbers, "checks" is a list of values.
 */
export function askForm({ title, fields, word = "ok", testid }) {
  const inputs = fields.map((field) => ({ field, ...fieldRow(field) }));
  const form = h(
    "form.fields",
    {},
    inputs.map(({ row }) => row),
  );
  const read = () => Object.fromEntries(inputs.map(({ field, value }) => [field.name, value()]));
  return openDialog({
    title,
    body: form,
    testid,
    buttons: [
      { word: "cancel", answer: null },
      { word, main: true, testid: "form-ok", answer: () => (form.reportValidity() ? read() : null) },
    ],
    onOpen: (finish) =>
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (form.reportValidity()) finish(read());
      }),
  });
}

function fieldRow(field) {
  if (field.type === "checks") return checksRow(field);
  const id = `field-${++serial}`;
  const input =
    field.type === "select"
      ? h(
          "select",
          { id, testid: `field-${field.name}` },
          field.options.map((option) =>
            h("option", { value: option.value, selected: option.value === field.value }, option.text),
          ),
        )
      : h("input", {
          id,
          testid: `field-${field.name}`,
          type: field.type || "text",
          value: field.value,
          step: field.step || (field.type === "number" ? "any" : null),
          min: field.min,
          max: field.max,
          required: field.required,
          checked: field.type === "checkbox" && field.value,
          autocomplete: "off",
        });
  const row = h(
    "div.field",
    { class: field.type === "checkbox" ? "field across" : "field" },
    h("label", { for: id }, t(field.word)),
    input,
    field.hint && h("small", {}, t(field.hint)),
  );
  return { row, value: () => valueOf(input) };
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type === "number") return input.value === "" ? null : Number(input.value);
  return input.value.trim();
}

function checksRow(field) {
  const boxes = field.options.map((option) => ({
    option,
    box: h("input", { type: "checkbox", checked: field.value?.includes(option.value), data: { value: option.value } }),
  }));
  const row = h(
    "fieldset.field",
    {},
    h("legend", {}, t(field.word)),
    boxes.map(({ option, box }) => h("label.check", {}, box, option.text)),
  );
  return { row, value: () => boxes.filter(({ box }) => box.checked).map(({ option }) => option.value) };
}
