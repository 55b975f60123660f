/* form[data-autosave="URL"]: the draft is posted within 2 seconds of the last change, and kept on this device when that fails.
   The server answers 2xx (JSON with saved_at is optional); 401, 403 or a redirect to the sign-in page mean that the session is over. */
import { clock, say } from "./live.js";
import { forget, keep, keepWhenSent, offer, sentAway, settle } from "./kept.js";

const PAUSE = 900;
const LONGEST = 1800;
const RETRY = 15_000;
const ICONS = { saved: "ok", saving: "again", kept: "off", failed: "warn" };

export function startAutosave(region) {
  if (region === document) settle();
  region.querySelectorAll("form[data-keep]").forEach(keepWhenSent);
  const forms = region === document ? document.querySelectorAll("form[data-autosave]") : region.querySelectorAll("form[data-autosave]");
  for (const form of forms) {
    if (form.autosave) continue;
    form.autosave = new Draft(form);
    offer(form, () => form.autosave.changed());
  }
}

class Draft {
  constructor(form) {
    this.form = form;
    this.dirty = false;
    this.busy = false;
    this.left = false;
    form.addEventListener("input", (event) => { if (!event.target.matches("[type=file]")) this.changed(); });
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => { if (this.dirty) this.save(); });
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", () => { this.left = false; });
  }

  changed() {
    this.dirty = true;
    const now = Date.now();
    this.since ??= now;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), Math.max(0, Math.min(PAUSE, this.since + LONGEST - now)));
  }

  async save() {
    window.clearTimeout(this.timer);
    if (this.left || this.busy) return;
    [this.busy, this.dirty, this.since] = [true, false, undefined];
    this.tell("saving", "Saving");
    try {
      this.judge(await this.post());
    } catch {
      this.later("Offline. Kept on this device");
    } finally {
      this.busy = false;
      if (this.dirty && this.since) this.changed();
    }
  }

  post(keepalive = false) {
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
    return fetch(this.form.dataset.autosave, { method: "POST", body, headers, keepalive });
  }

  judge(response) {
    const signIn = document.body.dataset.loginUrl;
    if ([401, 403].includes(response.status) || (response.redirected && new URL(response.url).pathname === signIn)) {
      this.signedOut();
    } else if (response.ok) {
      if (!this.dirty) forget(this.form);
      this.answered(response);
      this.tell("saved", `Saved ${clock()}`);
    } else if (response.status === 409) {
      this.refused(response);
    } else {
      this.later("Not saved: try again", "failed");
    }
  }

  signedOut() {
    keep(this.form);
    this.dirty = true;
    const back = encodeURIComponent(location.pathname + location.search);
    this.tell("failed", "Sign in again; your text is kept on this device", `${document.body.dataset.loginUrl}?next=${back}`);
  }

  /* What the server says about what it kept goes to whoever listens on the form. */
  async answered(response) {
    if (!(response.headers.get("Content-Type") ?? "").startsWith("application/json")) return;
    this.form.dispatchEvent(new CustomEvent("rp:saved", { detail: await response.json() }));
  }

  /* Another tab was faster, or nothing may be changed any more: trying again would not help, so the reason is said. */
  async refused(response) {
    keep(this.form);
    this.dirty = true;
    const told = await response.json().catch(() => ({}));
    const words = told.link ? "Changed in another tab: open it again, your text is kept" : told.message;
    this.tell("failed", words ?? "Not saved: it was changed elsewhere", told.link);
  }

  later(sentence, state = "kept") {
    keep(this.form);
    this.dirty = true;
    this.tell(state, sentence);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), RETRY);
  }

  /* The page goes away: what is not saved yet is sent along and kept. */
  leave() {
    window.clearTimeout(this.timer);
    if (!this.dirty || this.left) return;
    keep(this.form);
    this.post(true).catch(() => {});
  }

  /* The whole form is sent: no draft may overtake it; the text stays here until the next page shows that it arrived. */
  submitted(event) {
    if (event.defaultPrevented) return;
    window.clearTimeout(this.timer);
    [this.left, this.dirty] = [true, false];
    keep(this.form);
    sentAway(this.form);
  }

  tell(state, word, link) {
    const own = this.form.querySelectorAll("[data-saved]");
    for (const place of own.length ? own : document.querySelectorAll("[data-saved]")) {
      place.hidden = false;
      place.dataset.state = state;
      const use = place.querySelector("use");
      use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#i-${ICONS[state]}`);
      const text = place.querySelector("[data-saved-word]");
      text.textContent = word;
      if (link) text.replaceChildren(Object.assign(document.createElement("a"), { href: link, textContent: word }));
    }
    if (state !== "saving" && word !== this.said) say(word);
    if (state !== "saving") this.said = word.startsWith("Saved") ? this.said : word;
  }
}
