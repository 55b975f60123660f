/* form[data-live-parts]: after each autosave the server sends pieces of the page by id; what is being typed is never replaced.
   A change of a field is saved at once, so that rows are checked as you leave the field. */
import { say } from "./live.js";

const form = document.querySelector("form[data-live-parts]");
if (form) {
  form.addEventListener("rp:saved", (event) => take(event.detail));
  form.addEventListener("change", () => form.autosave?.save());
  form.addEventListener("click", use);
}

/* "Did you mean": the suggestion goes into its field, without a page load. */
function use(event) {
  const button = event.target.closest?.("[data-use]");
  const field = button && document.getElementById(button.dataset.use);
  if (!field) return;
  event.preventDefault();
  field.value = button.value.split(":").slice(2).join(":");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  say(`${field.getAttribute("aria-label")}: ${field.value}`);
}

function take({ parts = {}, values = {} }) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  const typing = document.activeElement?.matches?.("input[type=text], input[type=email], textarea") ? document.activeElement.id : "";
  for (const [id, html] of Object.entries(parts)) {
    const place = document.getElementById(id);
    if (!place || (typing && id === `${typing}-wrong` && html && !place.textContent.trim())) continue;
    if (place.contains(document.activeElement)) continue;
    place.innerHTML = html;
    if (id.endsWith("-wrong")) mark(document.getElementById(id.slice(0, -6)), html.trim() !== "");
  }
  for (const row of form.querySelectorAll("[data-roster-row]")) row.classList.toggle("bad", Boolean(row.querySelector(".st-bad")));
}

function mark(field, wrong) {
  if (!field) return;
  field.classList.toggle("is-invalid", wrong);
  field.parentElement.classList.toggle("field-bad", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
