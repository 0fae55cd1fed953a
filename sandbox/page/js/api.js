// The control API, one function per call (docs/sandbox.md). Knows nothing of the page.

/** A call that was refused: the server's own sentence. */
export class Refused extends Error {}

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(path, options);
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(data.error || `${answer.status} ${answer.statusText}`);
  return data;
}

const get = (path) => call("GET", path);
const post = (path, body) => call("POST", path, body);

export const state = () => get("/control/state");
export const clock = () => get("/control/clock");
/** `person` is whose reply keyboard is asked for. */
export const messages = (chat, person, after = 0) =>
  get(`/control/chats/${chat}/messages?after=${after}&person=${person}`);
export const calls = (after = 0) => get(`/control/calls?after=${after}`);

export const addPerson = (fields) => post("/control/people", fields);
export const addGroup = (fields) => post("/control/groups", fields);
export const changeMember = (group, change) => post(`/control/groups/${group}/members`, change);

export const say = (person, fields) => post(`/control/people/${person}/say`, fields);
export const edit = (person, fields) => post(`/control/people/${person}/edit`, fields);
export const forward = (person, fields) => post(`/control/people/${person}/forward`, fields);
export const tap = (person, fields) => post(`/control/people/${person}/tap`, fields);
export const block = (person, blocked) => post(`/control/people/${person}/block`, { blocked });

/** Sends one thing with its files: {kind, chat, files?: [File], ...fields}; empty fields are left out. */
export function send(person, { files = [], ...fields }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") form.append(name, String(value));
  }
  for (const file of files) form.append("file", file, file.name);
  return post(`/control/people/${person}/send`, form);
}

export const setFault = (fault) => post("/control/faults", fault);
export const clearFaults = () => call("DELETE", "/control/faults");
export const advance = (minutes) => post("/control/clock/advance", { minutes });

export const fileAddress = (fileId) => `/control/files/${encodeURIComponent(fileId)}`;
export const eventsAddress = (after) => "/control/events" + (after === null ? "" : `?after=${after}`);
