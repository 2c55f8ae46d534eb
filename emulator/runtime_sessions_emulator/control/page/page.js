// Once a second the page asks the control plane what there is, and shows it. Whatever comes from there is inserted as
// text: the policy that the page is served with (Trusted Types) lets nothing else through.
const SHOWN = 200;
const FINAL = ["closed", "canceled"];
const STATES = ["open", "active", "inactive", ...FINAL];
const STATUSES = ["Queued", "Running", "Completed", "Failed", "Cancelled"];
const RESULTS = {
  computing: "its result is being computed",
  there: "its result is there",
  failed: "its result could not be computed",
};

const $ = (id) => document.getElementById(id);
const seconds = (text) => Date.parse(text) / 1000;
const clock = (text) => text.slice(0, 19).replace("T", " ");
const tally = (names, found) => names.map((name) => `${found.filter((one) => one === name).length} ${name}`);
const rows = { sessions: new Map(), faults: new Map(), requests: new Map() };
const REQUESTS = 50;
let turns = 0;
let timer;
let started = false;

/** What the control plane answers; an error says what to show. */
async function ask(path, method = "GET", body = undefined) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => {
    throw new Error("The emulator does not answer.");
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.startsWith("{") ? JSON.parse(text).error : `${answer.status}: ${text}`);
  return text && JSON.parse(text);
}

/** Do something, say in `error` if it cannot be done, and show what has become of it. */
async function act(error, ...request) {
  error.textContent = "";
  await ask(...request).catch((refused) => (error.textContent = refused.message));
  await follow();
}

async function follow() {
  const turn = ++turns;
  const sessions = `sessions?limit=${SHOWN + 1}&search=${encodeURIComponent($("search").value.trim())}`;
  const asked = [sessions, "clock", "faults", `requests?last=${REQUESTS}`].map((path) => ask(path));
  const answers = await Promise.all(asked).catch((error) => error);
  if (turn !== turns) return; // a later one shows more
  clearTimeout(timer);
  timer = setTimeout(follow, 1000);
  $("offline").textContent = answers instanceof Error ? `${answers.message} Trying again.` : "";
  if (Array.isArray(answers)) show(answers[0].sessions, answers[1].now, answers[2].faults, answers[3].requests);
}

function show(all, now, faults, requests) {
  const sessions = all.slice(0, SHOWN);
  $("now").dateTime = now;
  $("now").textContent = `${clock(now)} UTC`;
  keep("faults", faults, "name", newFault).forEach((row, name) => {
    row.querySelector(".about").textContent = about(faults.find((fault) => fault.name === name));
  });
  // After a reset the numbers begin anew.
  const newest = requests.reverse().map((request) => ({ key: `${request.number} ${request.at}`, ...request }));
  keep("requests", newest, "key", newRequest);
  keep("sessions", sessions, "id", newSession);
  const base = Math.min(seconds(now), ...sessions.map((session) => seconds(session.history[0].at)));
  const until = seconds(now) - base;
  const span = Math.min(Number($("window").value), Math.max(until, 60));
  const changes = sessions.map((session) => update(session, base, until - span, until)).filter(Boolean);
  if (started && changes.length) {
    $("changes").textContent = changes.length > 3 ? `${changes.length} sessions have changed.` : changes.join(". ");
  }
  started = true;
  $("axis").querySelectorAll("span").forEach((label, place) => {
    const at = new Date((base + until - span + (span * place) / 4) * 1000).toISOString();
    label.textContent = span > 86400 ? at.slice(5, 16).replace("T", " ") : at.slice(11, 19);
  });
  const jobs = sessions.flatMap((session) => session.jobs);
  list($("states"), tally(STATES, sessions.map(({ state }) => state)), STATES);
  list($("statuses"), tally(STATUSES, jobs.map(({ status }) => status)), STATUSES);
  const search = $("search").value.trim();
  $("begin").hidden = all.length > 0 || search !== "";
  $("axis").hidden = all.length === 0;
  const none = search && !all.length ? `No session has ${search} in its id.` : "";
  $("more").textContent = all.length > SHOWN ? `Only the newest ${SHOWN} are shown.` : none;
}

/** Keep the rows of a list in step with the items, so that what has the focus, or is open, stays so. */
function keep(name, items, key, make) {
  const known = rows[name];
  const parent = $(name);
  const wanted = new Set(items.map((item) => item[key]));
  for (const [id, row] of known) {
    if (wanted.has(id)) continue;
    if (row.contains(document.activeElement)) $(`${name}-title`).focus();
    row.remove();
    known.delete(id);
  }
  items.forEach((item, place) => {
    if (!known.has(item[key])) known.set(item[key], make(item));
    const row = known.get(item[key]);
    if (parent.children[place] !== row) parent.insertBefore(row, parent.children[place] ?? null);
  });
  return known;
}

function newFault({ name }) {
  const row = $("fault-row").content.firstElementChild.cloneNode(true);
  const [button, error] = ["button", ".error"].map((part) => row.querySelector(part));
  button.setAttribute("aria-label", `Switch off ${name}`);
  button.onclick = () => act(error, `faults/${encodeURIComponent(name)}`, "DELETE");
  return row;
}

function newRequest({ number, at, method, path, query, status, operation, fault, user_id: user, headers, body }) {
  const row = $("request-row").content.firstElementChild.cloneNode(true);
  const where = query ? `${path}?${query}` : path;
  const came = `${status ?? "cut off"}${fault ? ` (${fault})` : ""}`;
  row.querySelector("summary").textContent = `${clock(at).slice(11)} ${method} ${where} ${came}`;
  const told = { number, operation, user, headers, body };
  row.querySelector("pre").textContent = JSON.stringify(told, null, 2);
  return row;
}

/** What is said of a fault: what it was given beside the usual. */
function about(fault) {
  const usual = { retry_after: 1, as_date: false, seconds: 1, value: "pending_closed", after: false };
  const names = Object.keys(fault).filter((name) => name !== "kind" && name !== "name");
  const given = names.filter((name) => fault[name] !== null && fault[name] !== usual[name]);
  return `${fault.name}: ${fault.kind} (${given.map((name) => `${name} ${fault[name]}`).join(", ")})`;
}

function newSession({ id }) {
  const row = $("session-row").content.firstElementChild.cloneNode(true);
  const parts = [".error", ".jobs", ".submit", ".drain", ".close"].map((part) => row.querySelector(part));
  const [error, jobs, submit, drain, close] = parts;
  row.querySelector("code").textContent = id;
  row.querySelector(".do").setAttribute("aria-label", `Session ${id}`);
  submit.setAttribute("aria-label", `Submit job to ${id}`);
  drain.setAttribute("aria-label", `Drain ${id}`);
  close.setAttribute("aria-label", `Close ${id}`);
  jobs.onclick = () => {
    const told = row.querySelector(".told");
    told.hidden = !told.hidden;
    jobs.ariaExpanded = !told.hidden;
  };
  // Buttons that can do nothing keep the focus: whoever pressed one by the keyboard is not thrown back to the top.
  submit.onclick = () => {
    if (submit.ariaDisabled === "true" || !$("job").reportValidity()) return;
    act(error, "jobs", "POST", { session_id: id, ...values($("job")) });
  };
  drain.onclick = () => drain.ariaDisabled === "true" || act(error, `sessions/${id}/drain`, "POST");
  close.onclick = () => close.ariaDisabled === "true" || act(error, `sessions/${id}/close`, "POST");
  rove(row.querySelector(".do"));
  return row;
}

/** Make the buttons of a toolbar one stop of the Tab key; the arrow keys go from one to the next. */
function rove(toolbar) {
  const buttons = [...toolbar.children];
  toolbar.addEventListener("focusin", ({ target }) => {
    buttons.forEach((button) => (button.tabIndex = button === target ? 0 : -1));
  });
  toolbar.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const place = buttons.indexOf(document.activeElement) + step;
    buttons[Math.min(Math.max(place, 0), buttons.length - 1)].focus();
  };
}

/** Bring the row of a session up to date, and give what there is to announce of it. */
function update(session, base, from, until) {
  const row = rows.sessions.get(session.id);
  const track = row.querySelector("svg");
  const over = FINAL.includes(session.state) && session.jobs.every((job) => job.ended);
  const text = JSON.stringify(session);
  const drawn = `${text} ${base} ${over || until}`;
  if (drawn !== row.drawn) row.height = draw(track, session, until, (at) => seconds(at) - base);
  track.setAttribute("viewBox", `${from} 0 ${until - from} ${row.height}`);
  row.drawn = drawn;
  if (text === row.text) return "";
  row.text = text;
  const jobs = tally(STATUSES, session.jobs.map(({ status }) => status)).filter((text) => !text.startsWith("0 "));
  const computed = session.jobs.filter(({ result }) => result === "computing").length;
  if (computed) jobs.push(`${computed} ${computed > 1 ? "results are" : "result is"} being computed`);
  const { backend, mode, instance, user_id: user } = session;
  row.querySelector("small").textContent = `${backend ?? "no backend yet"}, ${mode}, ${instance}, user ${user}`;
  const summary = jobs.length ? `Jobs: ${jobs.join(", ").toLowerCase()}` : "No jobs";
  row.querySelector(".state").className = `state ${session.state}`;
  row.querySelector(".state").textContent = session.state;
  row.querySelector(".jobs").textContent = summary;
  row.querySelector(".submit").ariaDisabled = !session.accepting_jobs || FINAL.includes(session.state);
  row.querySelector(".drain").ariaDisabled = !session.accepting_jobs || FINAL.includes(session.state);
  row.querySelector(".close").ariaDisabled = FINAL.includes(session.state);
  track.style.height = `${row.height}px`;
  track.setAttribute("aria-label", `${session.history.map(({ at, state }) => `${state} ${clock(at)}`)}. ${summary}`);
  list(row.querySelector(".told"), told(session));
  return `${session.id} is ${session.state}. ${summary}`;
}

/** Draw what a session and its jobs have been, second by second; give the height. */
function draw(track, session, now, moment) {
  const bars = [];
  const bar = (kind, start, end, y, height) => {
    const rect = document.createElementNS(track.namespaceURI, "rect");
    const place = { class: kind, x: start, width: Math.max(end - start, 0.001), y, height };
    Object.entries(place).forEach(([name, value]) => rect.setAttribute(name, value));
    bars.push(rect);
  };
  session.history.forEach(({ at, state }, place, history) => {
    const end = place + 1 < history.length ? moment(history[place + 1].at) : now;
    bar(state, moment(at), FINAL.includes(state) ? moment(at) : end, 0, 10);
  });
  const lanes = []; // until when each is taken
  const ends = (job) => (job.ended ? moment(job.ended) : now);
  for (const job of session.jobs.filter(({ started }) => started)) {
    const free = lanes.findIndex((taken) => taken <= moment(job.started));
    const lane = free < 0 ? lanes.length : free;
    lanes[lane] = job.ended ? ends(job) : Infinity;
    bar(job.status, moment(job.started), ends(job), 13 + 9 * lane, 7);
  }
  const below = 13 + 9 * Math.max(1, lanes.length);
  for (const job of session.jobs) {
    const left = job.started ? moment(job.started) : ends(job);
    if (left > moment(job.created)) bar("Queued", moment(job.created), left, below, 4);
    if (job.ended && !job.started) bar(job.status, left, left, below, 4);
  }
  track.replaceChildren(...bars);
  return below + 4;
}

/** The history of a session and its jobs in words. */
function told({ history, jobs }) {
  return [
    ...history.map(({ at, state, reason }) => `${clock(at)} ${state}: ${reason}`),
    ...jobs.map(({ id, status, reason, result, ...times }) => {
      const passed = Object.entries(times).filter(([, at]) => at);
      const when = passed.map(([name, at]) => `${name} ${clock(at)}`).join(", ");
      return `Job ${id}: ${status}${reason ? ` (${reason})` : ""}, ${when}${result ? `; ${RESULTS[result]}` : ""}`;
    }),
  ];
}

function list(parent, texts, kinds = []) {
  parent.replaceChildren(...texts.map((text, place) => {
    const item = document.createElement("li");
    item.className = kinds[place] ?? "";
    item.textContent = text;
    return item;
  }));
}

/** The fields of a form that are shown and filled in. */
function values(form) {
  const shown = [...form.elements].filter((field) => field.name && !field.closest("[hidden]"));
  const filled = shown.filter((field) => (field.type === "checkbox" ? field.checked : field.value !== ""));
  const value = (field) => ({ number: field.valueAsNumber, checkbox: field.checked })[field.type] ?? field.value;
  return Object.fromEntries(filled.map((field) => [field.name, value(field)]));
}

/** Show the options that a kind of fault heeds. */
function offer() {
  const kind = $("fault").elements.kind.value;
  for (const label of $("fault").querySelectorAll("[data-for]")) {
    label.hidden = !label.dataset.for.split(" ").includes(kind);
  }
}

/** Say how a client begins: what is there does not change while the emulator runs. */
async function begin() {
  const { about } = await ask("about");
  $("contract").textContent = `${about.contract} contract,`;
  for (const name of about.operations) $("fault").elements.operation.add(new Option(name));
  const headers = Object.entries(about.headers).map(([name, value]) => `  --header '${name}: ${value}' \\\n`);
  $("curl").textContent = `curl ${new URL("../sessions", location.href)} \\\n${headers.join("")}  --json '${JSON.stringify(about.body)}'`;
}

for (const [id, path] of [["clock", "clock/advance"], ["fault", "faults"]]) {
  $(id).onsubmit = (event) => {
    event.preventDefault();
    act($(id).querySelector(".error"), path, "POST", values($(id)));
  };
}
for (const button of document.querySelectorAll(".quick button")) {
  const error = $("clock").querySelector(".error");
  button.onclick = () => act(error, "clock/advance", "POST", { seconds: Number(button.value) });
}
$("job").onsubmit = (event) => event.preventDefault();
$("fault").elements.kind.onchange = offer;
$("copy").onclick = async () => {
  await navigator.clipboard.writeText($("curl").textContent);
  $("copied").textContent = "Copied.";
};
$("clear").onclick = ({ target }) => act(target.closest("section").querySelector(".error"), "requests", "DELETE");
$("reset").onclick = ({ target }) => {
  if (!confirm("Forget all sessions, jobs, faults and requests?")) return;
  act(target.closest("section").querySelector(".error"), "reset", "POST");
};
$("window").onchange = follow;
$("search").oninput = follow;
offer();
begin().finally(follow);
