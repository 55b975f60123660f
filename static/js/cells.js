/* form[data-cells]: each tick is sent by itself, one after the other. What cannot be sent stays ticked, is kept on this device and goes
   again when the connection or the sign-in is back; a tick that the server refuses goes back, with its reason. */
import { clock, say } from "./live.js";

const RETRY = 15_000;
const DAYS = 7;
const form = document.querySelector("form[data-cells]");
const key = `rp-kept:${document.body.dataset.person ?? ""}:cells:${location.pathname}`;
const waiting = new Map();
let busy = false;
let timer;
if (form) start();

function start() {
  for (const [cell, present] of stored()) {
    const box = boxOf(cell);
    if (!box || box.checked !== present) waiting.set(cell, present);
    if (box) box.checked = present;
  }
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[name=cell]")) return;
    waiting.set(event.target.value, event.target.checked);
    store();
    send();
  });
  window.addEventListener("online", send);
  store();
  if (waiting.size) send();
}

async function send() {
  window.clearTimeout(timer);
  if (busy) return;
  busy = true;
  let refusals = 0;
  while (waiting.size) {
    const [cell, present] = waiting.entries().next().value;
    tell("saving", "Saving");
    const answer = await post(cell, present);
    if (answer.later) {
      later(answer);
      busy = false;
      return;
    }
    if (waiting.get(cell) === present) waiting.delete(cell);
    store();
    if (answer.refused) refused(cell, !present, answer.refused);
    else done(cell, present, answer.hours);
    refusals += answer.refused ? 1 : 0;
  }
  busy = false;
  if (!refusals) tell("saved", `Saved ${clock()}`);
}

/* {hours} of its person where the cell is saved, {refused: words}, or {later: words, link} where it has to wait. */
async function post(cell, present) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("cell", cell);
  body.set("present", present ? "yes" : "no");
  const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
  try {
    const response = await fetch(location.href, { method: "POST", body, headers });
    const signIn = document.body.dataset.loginUrl;
    if ([401, 403].includes(response.status) || (response.redirected && new URL(response.url).pathname === signIn)) {
      return { later: "Sign in again", link: `${signIn}?next=${encodeURIComponent(location.pathname + location.search)}` };
    }
    if (response.status === 409) return { refused: (await response.json()).message };
    return response.ok ? await response.json() : { later: "Not saved: trying again" };
  } catch {
    return { later: "Offline" };
  }
}

function later({ later: words, link }) {
  const count = waiting.size === 1 ? "1 tick is" : `${waiting.size} ticks are`;
  tell(link ? "failed" : "kept", `${words}. ${count} kept on this device`, link);
  say(`${words}. ${count} kept on this device`);
  if (!link) timer = window.setTimeout(send, RETRY);
}

/* What the page showed when it was loaded is what is stored now: the button would send nothing for this cell. */
function done(cell, present, hours) {
  const box = boxOf(cell);
  if (!box) return;
  box.closest("tr").querySelector("[data-hours]").textContent = hours;
  box.parentElement.querySelector("[name=was]")?.remove();
  if (present) box.before(Object.assign(document.createElement("input"), { type: "hidden", name: "was", value: cell }));
}

function refused(cell, back, words) {
  const box = boxOf(cell);
  if (box && !waiting.has(cell)) box.checked = back;
  tell("failed", words);
  say(words);
}

function boxOf(cell) {
  return [...form.querySelectorAll("[name=cell]")].find((box) => box.value === cell);
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return found && Date.now() - found.at < DAYS * 86_400_000 ? found.cells : [];
  } catch {
    return [];
  }
}

function store() {
  try {
    if (waiting.size) localStorage.setItem(key, JSON.stringify({ at: Date.now(), cells: [...waiting] }));
    else localStorage.removeItem(key);
  } catch {
    /* No storage: the ticks are still in the page. */
  }
}

function tell(state, word, link) {
  const place = document.querySelector("[data-saved]");
  place.hidden = false;
  place.dataset.state = state;
  const text = place.querySelector("[data-saved-word]");
  text.textContent = word;
  if (link) text.replaceChildren(Object.assign(document.createElement("a"), { href: link, textContent: word }));
  const use = place.querySelector("use");
  const icon = { saved: "ok", saving: "again", kept: "off", failed: "warn" }[state];
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#i-${icon}`);
  if (state === "saved") say(word);
}
