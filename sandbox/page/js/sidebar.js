// The list of people and groups. On a narrow screen it is a drawer, and carries the top bar's tools as well.
import { avatar, fill, h, keepFocus } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { createGroup, createPerson, showGroup } from "./sheets.js";

export class Sidebar {
  #store;
  #layout;

  constructor(store, layout) {
    this.#store = store;
    this.#layout = layout;
    this.people = h("ul.roster", { testid: "people", label: "people" });
    this.groups = h("ul.roster", { testid: "groups", label: "groups" });
    this.tools = h("div.drawer-tools");
    this.node = h(
      "nav.sidebar",
      { id: "roster", label: "roster" },
      h(
        "div.drawer-head",
        {},
        h("h2", { word: "roster" }),
        h(
          "button.icon-button",
          { type: "button", testid: "drawer-close", label: "close", on: { click: () => this.close() } },
          icon("close"),
        ),
      ),
      this.tools,
      this.#section("people", "new-person", async () =>
        this.#opened(await createPerson(store), (id) => layout.openPerson(id)),
      ),
      this.people,
      this.#section("groups", "new-group", async () =>
        this.#opened(await createGroup(store), (id) => layout.openGroup(id)),
      ),
      this.groups,
    );
    this.shade = h("div.shade", { hidden: true, on: { click: () => this.close() } });
    this.opener = h(
      "button.icon-button.drawer-open",
      {
        type: "button",
        testid: "drawer-open",
        label: "roster",
        "aria-controls": "roster",
        "aria-expanded": "false",
        on: { click: () => this.open() },
      },
      icon("menu"),
      (this.badge = h("span.count", { hidden: true })),
    );
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen) this.close();
    });
  }

  #section(word, create, onClick) {
    return h(
      "div.roster-head",
      {},
      h("h3", { word }),
      h("button.icon-button", { type: "button", testid: create, label: create, on: { click: onClick } }, icon("plus")),
    );
  }

  #opened(id, open) {
    if (id === null) return;
    this.close();
    open(id);
  }

  get isOpen() {
    return this.node.classList.contains("open");
  }

  open() {
    this.node.classList.add("open");
    this.shade.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.node.querySelector("button")?.focus();
  }

  close() {
    if (!this.isOpen) return;
    this.node.classList.remove("open");
    this.shade.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
  }

  draw() {
    keepFocus(this.node, () => {
      fill(
        this.people,
        [...this.#store.people.values()].map((person) => this.#personRow(person)),
      );
      fill(
        this.groups,
        [...this.#store.groups.values()].filter((group) => !group.migrated_to).map((group) => this.#groupRow(group)),
      );
    });
    const unread = [...this.#store.people.keys()].reduce((sum, id) => sum + this.#store.unreadOf(id), 0);
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
  }

  #personRow(person) {
    const state = person.blocked ? "state-blocked" : person.started ? "state-started" : "state-new";
    const out = this.#layout.phones.some((phone) => phone.person === person.id);
    return this.#row({
      id: person.id,
      name: person.name,
      about: t(state),
      state,
      unread: this.#store.unreadOf(person.id),
      out,
      testid: "person-row",
      data: { person: person.id },
      open: () => this.#layout.openPerson(person.id),
    });
  }

  #groupRow(group) {
    const about = `${t("members-count", { n: group.members?.length ?? 0 })} · ${t(`bot-${group.bot || "absent"}`)}`;
    const out = this.#layout.phones.some((phone) => phone.chat === group.id);
    const row = this.#row({
      id: group.id,
      name: group.title,
      about,
      state: `group-${group.bot || "absent"}`,
      unread: this.#store.unreadIn(group.id),
      out,
      testid: "group-row",
      data: { chat: group.id },
      open: () => this.#layout.openGroup(group.id) || showGroup(this.#store, group.id),
    });
    row.append(
      h(
        "button.icon-button",
        {
          type: "button",
          testid: "group-more",
          "aria-label": `${t("group-members")}: ${group.title}`,
          title: t("group-members"),
          data: { focusKey: `more ${group.id}` },
          on: { click: () => showGroup(this.#store, group.id) },
        },
        icon("more"),
      ),
    );
    return row;
  }

  #row({ id, name, about, state, unread, out, testid, data, open }) {
    return h(
      "li",
      {},
      h(
        "button.person",
        {
          type: "button",
          testid,
          data: { ...data, state, unread, focusKey: `row ${id}` },
          "aria-pressed": String(out),
          on: {
            click: () => {
              this.close();
              open();
            },
          },
        },
        avatar(id, name),
        h("span.person-words", {}, h("strong", {}, name), h("small", {}, about)),
        unread > 0 && h("span.count", { "aria-label": t("unread-count", { n: unread }) }, unread),
      ),
    );
  }
}
