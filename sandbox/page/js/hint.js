// The card that tells a stranger what to try. Its words come from the sandbox's world, or are general ones.
import { fill, h } from "./dom.js";
import { language, onLanguage, t } from "./i18n.js";
import { icon } from "./icons.js";

const KEY = "sandbox.hint";

/** The card, hidden once dismissed. Follows the store's `hint` and the language. */
export function hintCard(store) {
  const words = h("p");
  const card = h(
    "section.hint",
    { testid: "hint", label: "what-to-try", hidden: dismissed() },
    h("strong", { word: "what-to-try" }),
    words,
    h(
      "button.icon-button",
      {
        type: "button",
        testid: "hint-close",
        label: "dismiss",
        on: {
          click: () => {
            card.hidden = true;
            dismiss();
          },
        },
      },
      icon("close"),
    ),
  );
  const draw = () => fill(words, store.hint?.[language()] || general(store));
  store.addEventListener("state", draw);
  onLanguage(draw);
  return card;
}

function general(store) {
  const [person] = store.people.values();
  const [group] = store.groups.values();
  if (!person) return t("hint-empty");
  return t(group ? "hint-group" : "hint-person", { person: person.name, group: group?.title });
}

function dismissed() {
  try {
    return localStorage.getItem(KEY) === "seen";
  } catch {
    return false;
  }
}

function dismiss() {
  try {
    localStorage.setItem(KEY, "seen");
  } catch {
    /* comes back after a reload where storage is refused */
  }
}
