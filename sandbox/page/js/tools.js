// The row over the composer: what can be sent with one click besides words.
import { sendContact, sendExamplePhoto, sendExampleVoice, sendFiles, sendLocation } from "./attach.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A row of tools; each runs `phone.attempt`, and the row shows that it is busy. `extra` buttons follow. */
export function toolRow(phone, ...extra) {
  const act = async (doing) => {
    row.setAttribute("aria-busy", "true");
    await phone.attempt(() => doing(phone));
    row.removeAttribute("aria-busy");
  };
  const row = h(
    "div.tools",
    { role: "group", label: "attach" },
    tool("photo", "example-photo", "attach-photo-example", () => act(sendExamplePhoto)),
    tool("voice", "example-voice", "attach-voice-example", () => act(sendExampleVoice)),
    tool("place", "location", "attach-location", () => act(sendLocation)),
    tool("contact", "contact", "attach-contact", () => act(sendContact)),
    filePicker((files) => act(() => sendFiles(phone, files))),
    extra,
  );
  return row;
}

/** One tool: an icon over a short word, the full words for screen readers. */
export function tool(name, word, testid, onClick) {
  return h(
    "button.tool",
    { type: "button", testid, label: word, on: { click: onClick } },
    icon(name),
    h("span", { word: `short-${word}` }),
  );
}

function filePicker(onFiles) {
  const input = h("input.sr", { type: "file", multiple: true, testid: "attach-file", label: "file", tabindex: "-1" });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) onFiles(files);
  });
  return [tool("file", "file", "attach-file-button", () => input.click()), input];
}
