/* form[data-cells]: each tick is sent by itself; the status line says what happened, and a tick that was refused goes back. */
import { clock, say } from "./live.js";

const form = document.querySelector("form[data-cells]");
if (form) form.addEventListener("change", (event) => { if (event.target.matches("[name=cell]")) send(event.target); });

async function send(box) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("cell", box.value);
  body.set("present", box.checked ? "yes" : "no");
  tell("saving", "Saving");
  try {
    const response = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json", "X-Requested-With": "fetch" } });
    if (response.ok && (response.headers.get("Content-Type") ?? "").startsWith("application/json")) done(box);
    else refused(box, response.status === 409 ? (await response.json()).message : "Not saved: sign in again, then tick it again.");
  } catch {
    refused(box, "Offline. This tick is not saved; try again.");
  }
}

/* What the page showed when it was loaded is what is stored now: the button would send nothing for this cell. */
function done(box) {
  box.parentElement.querySelector("[name=was]")?.remove();
  if (box.checked) {
    const was = Object.assign(document.createElement("input"), { type: "hidden", name: "was", value: box.value });
    box.before(was);
  }
  tell("saved", `Saved ${clock()}`);
}

function refused(box, words) {
  box.checked = !box.checked;
  tell("failed", words);
  say(words);
}

function tell(state, word) {
  const place = document.querySelector("[data-saved]");
  place.hidden = false;
  place.dataset.state = state;
  place.querySelector("[data-saved-word]").textContent = word;
  const use = place.querySelector("use");
  const icon = { saved: "ok", saving: "again", failed: "warn" }[state];
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#i-${icon}`);
  if (state === "saved") say(word);
}
