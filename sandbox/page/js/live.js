// Keeps one stream of server-sent events open. Reconnects by itself and says so; what was missed is replayed by `after`.
import { eventsAddress } from "./api.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

/**
 * Follows the sandbox's events. `revision()` tells where to go on; `onEvent(data)` gets each change;
 * `onLink(online)` hears about the line; `beforeReturn()` is awaited before a lost line is taken up again.
 */
export function follow({ revision, onEvent, onLink, beforeReturn }) {
  let wait = FIRST_WAIT;

  function connect() {
    const source = new EventSource(eventsAddress(revision()));
    source.addEventListener("open", () => {
      wait = FIRST_WAIT;
      onLink(true);
    });
    source.addEventListener("change", (event) => onEvent(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      source.close();
      onLink(false);
      setTimeout(retry, wait);
    });
  }

  async function retry() {
    wait = Math.min(wait * 2, LONGEST_WAIT);
    try {
      await beforeReturn();
    } catch {
      setTimeout(retry, wait);
      return;
    }
    connect();
  }

  connect();
}
