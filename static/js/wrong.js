/* form[data-autosave]: what the server could not read (rp:saved with `wrong`: words by the id of a field) is said at its field,
   once the field is left; what was typed stays. An error that came with the page goes when its field is changed and can be read. */
import { all, make, say } from "./live.js";

export function startWrong(region) {
  for (const form of all(region, "form[data-autosave]")) {
    if (form.wrong) continue;
    form.wrong = {};
    form.addEventListener("input", (event) => { event.target.dataset.edited = ""; });
    form.addEventListener("rp:saved", (event) => {
      if (!event.detail.wrong) return;
      form.wrong = event.detail.wrong;
      show(form);
    });
    form.addEventListener("focusout", () => window.setTimeout(() => show(form)));
  }
}

function show(form) {
  for (const field of form.elements) {
    const words = form.wrong[field.id];
    if (words && field !== document.activeElement) blame(field, words);
    else if (!words && "edited" in field.dataset) clear(field);
  }
}

function blame(field, words) {
  const said = document.getElementById(`${field.id}_error`);
  if (said?.textContent.trim() === words) return;
  said?.remove();
  const line = make("p", { class: "err" }, icon("warn"), make("span", {}, words));
  holder(field).append(make("div", { id: `${field.id}_error` }, line));
  mark(field, true);
  say(words);
}

function clear(field) {
  const said = document.getElementById(`${field.id}_error`);
  if (!said) return;
  said.remove();
  mark(field, false);
}

function mark(field, wrong) {
  field.classList.toggle("is-invalid", wrong);
  field.labels[0]?.parentElement.classList.toggle("field-bad", wrong);
  const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== `${field.id}_error`);
  if (wrong) described.push(`${field.id}_error`);
  set(field, "aria-describedby", described.join(" "));
  set(field, "aria-invalid", wrong ? "true" : "");
}

function set(field, name, value) {
  if (value) field.setAttribute(name, value);
  else field.removeAttribute(name);
}

/* Where the words stand: below a field with a label, or below the row of those that only have a name for screen readers. */
function holder(field) {
  return field.labels[0]?.parentElement ?? field.closest("[data-formset-row]") ?? field.parentElement;
}

function icon(name) {
  const drawn = document.querySelector("svg.ico[aria-hidden]").cloneNode(true);
  drawn.setAttribute("class", "ico");
  const use = drawn.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#i-${name}`);
  return drawn;
}
