/* Drafts on this device: written only when the server could not take them, cleared when it did, at sign-out, and after 7 days.
   form[data-keep="stable name"]: what is sent stays here until the next page shows that it arrived.
   form[data-kept-at="name"] sends what the form of that name could not. */
import { clock, make, say } from "./live.js";

const PREFIX = "rp-kept:";
const SENT = "rp-sent";
const DAYS = 7;
const SKIP = "[type=hidden], [type=password], [type=file], [type=submit], [type=button]";

function keyOf(form) {
  return keyAt(form.dataset.autosaveKey ?? form.dataset.keep ?? location.pathname);
}

function keyAt(name) {
  return `${PREFIX}${document.body.dataset.person ?? ""}:${name}`;
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && !field.matches(SKIP) && field.tagName !== "BUTTON");
}

function values(form) {
  return fields(form).map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
}

export function keep(form) {
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values: values(form) }));
  } catch {
    /* No room or no storage: the text is still in the page. */
  }
}

export function forget(form) {
  localStorage.removeItem(keyOf(form));
}

function kept(form) {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(form)));
    return found && Date.now() - found.at < DAYS * 86_400_000 ? found : null;
  } catch {
    return null;
  }
}

export function sentAway(form) {
  sessionStorage.setItem(SENT, keyOf(form));
}

export function keepWhenSent(form) {
  if (form.keeps) return;
  form.keeps = true;
  form.addEventListener("submit", () => {
    keep(form);
    sentAway(form);
  });
  offer(form, () => {});
}

/* On each page: a form that was sent and is not here again has arrived, unless this is the sign-in page or an error;
   signing out clears everything kept. */
export function settle() {
  const sent = sessionStorage.getItem(SENT);
  if (sent) {
    const again = [...document.querySelectorAll("form[data-autosave], form[data-keep]")].some((form) => keyOf(form) === sent);
    if (!again && !("outside" in document.body.dataset)) localStorage.removeItem(sent);
    sessionStorage.removeItem(SENT);
  }
  document.addEventListener("submit", (event) => {
    if ("keptAt" in event.target.dataset) sessionStorage.setItem(SENT, keyAt(event.target.dataset.keptAt));
    if (!event.target.matches("[data-sign-out]")) return;
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
  });
}

/* Offers text that is kept here and differs from what the server showed. */
export function offer(form, restored) {
  const found = kept(form);
  if (!found || JSON.stringify(found.values) === JSON.stringify(values(form))) return;
  const restore = make("button", { type: "button", class: "btn btn-sm" }, "Restore it");
  const discard = make("button", { type: "button", class: "btn btn-sm btn-quiet" }, "Discard it");
  const when = new Date(found.at).toLocaleDateString("en-US", { weekday: "short", month: "short", day: "numeric" });
  const words = make("p", {}, `Text of ${when}, ${clock(new Date(found.at))} is kept on this device and did not reach us.`);
  const note = make("div", { class: "note note-warn mb-3" }, make("div", { class: "cluster" }, words, restore, discard));
  restore.addEventListener("click", () => {
    putBack(form, found.values);
    note.remove();
    restored();
    say("Restored");
  });
  discard.addEventListener("click", () => {
    forget(form);
    note.remove();
    say("Discarded");
  });
  form.prepend(note);
}

function putBack(form, stored) {
  const byName = grouped(stored);
  for (const field of fields(form)) {
    const answers = byName.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") {
      const answer = answers.find(([, value]) => value[0] === field.value);
      if (answer) field.checked = answer[1][1];
    } else if (answers.length) {
      field.value = answers.shift()[1];
    }
  }
}

function grouped(stored) {
  const byName = new Map();
  for (const entry of stored) byName.set(entry[0], [...(byName.get(entry[0]) ?? []), entry]);
  return byName;
}
