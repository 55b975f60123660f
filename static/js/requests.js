/* Around htmx: a line on a slow panel, focus after a swap, a sentence when a request fails. */
import { focusProblems } from "./page.js";
import { toast } from "./toasts.js";

const SLOW = 400;
const waiting = new WeakMap();
let hadFocus = false;

export function startRequests(startRegion) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const panel = panelOf(event.detail.target);
    window.clearTimeout(waiting.get(panel));
    waiting.set(panel, window.setTimeout(() => {
      panel.classList.add("is-slow");
      panel.setAttribute("aria-busy", "true");
    }, SLOW));
  });
  document.addEventListener("htmx:afterRequest", (event) => done(panelOf(event.detail.target)));
  document.addEventListener("htmx:beforeSwap", (event) => { hadFocus = event.detail.target.contains(document.activeElement); });
  document.addEventListener("htmx:afterSettle", (event) => {
    const region = event.detail.elt;
    if (!region.isConnected) return;
    startRegion(region);
    keepFocus(region);
  });
  document.addEventListener("htmx:beforeOnLoad", stay);
  document.addEventListener("htmx:responseError", (event) => toast(reason(event.detail.xhr.status)));
  document.addEventListener("htmx:sendError", () => toast("Offline. Nothing was changed; try again when you are connected."));
}

/* Nobody is thrown off a page while she types: only what she clicked or sent may lead away to sign in. */
function stay(event) {
  const { xhr, elt, requestConfig } = event.detail;
  if (!xhr.getResponseHeader("HX-Redirect") || ["click", "submit"].includes(requestConfig.triggeringEvent?.type)) return;
  event.preventDefault();
  const draft = elt.closest("form")?.autosave;
  if (draft) draft.signedOut();
  else toast(reason(401));
}

function panelOf(target) {
  return target.closest(".panel") ?? target;
}

function done(panel) {
  window.clearTimeout(waiting.get(panel));
  panel.classList.remove("is-slow");
  panel.removeAttribute("aria-busy");
}

/* Typing in a filter keeps its focus; where the focused element went away, the heading of the region takes it. */
function keepFocus(region) {
  if (focusProblems(region) || !hadFocus || document.activeElement !== document.body) return;
  const heading = region.querySelector("h1, h2, h3") ?? region.closest("section")?.querySelector("h1, h2, h3") ?? region;
  heading.setAttribute("tabindex", "-1");
  heading.focus();
}

function reason(status) {
  if (status === 401) return "Your sign-in is over. Sign in again in another tab, then try again.";
  if (status === 403) return "This is not yours to do. Nothing was changed.";
  if (status === 404) return "This does not exist any more, or it belongs to another partner.";
  if (status === 429) return "Too many requests. Wait a minute, then try again.";
  return "Nothing was changed: the server could not answer. Try again.";
}
