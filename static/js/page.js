/* Small things of a page: focus on what went wrong, one sending at a time, copy, print. */
import { say } from "./live.js";

const RESEND_AFTER = 10_000;

export function startPage(region) {
  focusProblems(region);
  document.addEventListener("click", followProblem);
  document.addEventListener("click", copyOrPrint);
  document.addEventListener("click", followShape);
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
}

/* After a failed submit the focus goes to the list of errors. True when there is one. */
export function focusProblems(region) {
  const list = region.querySelector("[data-error-list]");
  list?.focus();
  return Boolean(list);
}

/* A link of the list leads into the control, also where the control is a group of checkboxes or radios. */
function followProblem(event) {
  const link = event.target.closest?.("[data-error-list] a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
  (control ?? target).focus();
  (control ?? target).scrollIntoView({ block: "center" });
}

/* A shape of a map leads where its row in the table below leads. */
function followShape(event) {
  const shape = event.target.closest?.("svg [data-url]");
  if (shape) window.location.assign(shape.dataset.url);
}

/* A double click or Enter twice sends once; the button keeps its name and value, so it is not disabled. */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-disabled", "true");
  window.setTimeout(() => release(form), RESEND_AFTER);
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

async function copyOrPrint(event) {
  const button = event.target.closest?.("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) {
    window.print();
    return;
  }
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText((source?.value ?? source?.innerText ?? "").trim());
    say("Copied");
    button.dataset.copied = "";
  } catch {
    say("Not copied: select the text and copy it yourself.");
  }
}
