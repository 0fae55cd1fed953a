// Puts the page together. Knows every part; the parts know the store and, at most, the layout.
//
// Stable data-testid marks, for tests and screenshots:
//   top bar    demo-badge · bot-name · status[data-state] · clock[datetime] · advance-5 · advance-30 · advance-120 ·
//              advance-custom · faults-open · fault-count · calls-open · sound · layout-reset · lang-switch · drawer-open
//   list       people · groups · person-row[data-person][data-state][data-unread] · group-row[data-chat][data-unread] ·
//              group-more · new-person · new-group · drawer-close · hint · hint-close
//   phone      phone[data-person][data-chat][data-bell] · phone-owner · phone-bell · phone-more · phone-close · chat-switch ·
//              phone-subtitle · banner[data-silent] · messages · jump · toast
//   message    message[data-message-id][data-kind][data-own][data-arrival=ringing|silent][data-edited][data-silent]
//              [data-deleted][data-pinned] · message-text · inline-button[data-text][aria-busy] · edited · bell · muted-bell ·
//              pinned · quote · topic · forwarded · message-reply · message-edit · message-forward ·
//              photo · voice · voice-play · video · location · contact · document
//   composer   composer · send · start · unblock · attach-photo-example · attach-voice-example · attach-location ·
//              attach-contact · attach-file (the input) · commands-toggle · command[data-command] · thread · context ·
//              context-close · reply-keyboard · reply-button[data-text] · reply-keyboard-toggle
//   windows    alert-dialog · alert-ok · confirm-dialog · confirm-ok · form-ok · field-<name> · location-dialog ·
//              advance-dialog · person-form · group-form · person-dialog · toggle-block · open-group · group-dialog ·
//              forward-dialog · history-dialog · link-dialog · picture-dialog
//   panels     faults-panel · fault-<kind> · fault-<kind>-chat · fault-form-<kind> · faults-off · active-faults ·
//              calls-panel · call-row[data-ok][data-method]
//   elsewhere  live-region
// <html data-ready="true"> once the state is read and the first phones are out; addresses: ?phones=ID:CHAT,… and ?lang=en
import { h } from "./dom.js";
import { hintCard } from "./hint.js";
import { onLanguage, startLanguage, t } from "./i18n.js";
import { Layout } from "./layout.js";
import { startNotices } from "./notice.js";
import { CallPanel, FaultPanel } from "./panels.js";
import { Sidebar } from "./sidebar.js";
import { startSound } from "./sound.js";
import { Store } from "./store.js";
import { Topbar } from "./topbar.js";

const RETRY = 2000;
const NARROW = "(max-width: 1080px)";

function build() {
  const layout = new Layout();
  const store = new Store((person, chat) => layout.shows(person, chat));
  const panels = {};
  const onToggle = (opened) => {
    sidebar.close();
    for (const panel of Object.values(panels)) if (opened && panel !== opened) panel.close();
  };
  panels.faults = new FaultPanel(store, onToggle);
  panels.calls = new CallPanel(store, onToggle);
  const sidebar = new Sidebar(store, layout);
  const topbar = new Topbar(store, {
    opener: sidebar.opener,
    panels,
    onReset: () => {
      sidebar.close();
      layout.reset();
    },
  });
  const main = h("main.desk", { label: "phones" }, hintCard(store), layout.table);
  document.body.append(
    topbar.node,
    h("div.columns", {}, sidebar.node, main, panels.faults.node, panels.calls.node),
    sidebar.shade,
  );
  return { layout, store, sidebar, topbar };
}

function join({ layout, store, sidebar, topbar }) {
  const draw = () => {
    sidebar.draw();
    topbar.draw();
  };
  layout.onChange = () => sidebar.draw();
  for (const type of ["state", "link"]) store.addEventListener(type, draw);
  store.addEventListener("clock", () => topbar.tick());
  onLanguage(() => {
    draw();
    layout.phones.forEach((phone) => {
      phone.draw(true);
      phone.drawHead();
    });
  });
  const narrow = matchMedia(NARROW);
  const arrange = () => {
    sidebar.close();
    topbar.moveTools(narrow.matches ? sidebar.tools : null);
  };
  narrow.addEventListener("change", arrange);
  arrange();
}

/** Reads the state; a sandbox that is still starting is asked again. */
async function connect({ store, layout }) {
  try {
    await store.start();
  } catch {
    setTimeout(() => connect({ store, layout }), RETRY);
    return;
  }
  layout.start(store);
  document.documentElement.dataset.ready = "true";
}

startLanguage();
startSound();
startNotices(document.body);
document.title = `演示 DEMO · ${t("sandbox")}`;
const parts = build();
join(parts);
connect(parts);
