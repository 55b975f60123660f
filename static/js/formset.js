/* Rows of a Django formset: [data-formset="prefix"] holds [data-formset-rows], <template data-formset-empty> and [data-formset-add];
   a row is [data-formset-row] with [data-formset-remove]. Without script the server's extra rows and the DELETE boxes do. */
import { all, say } from "./live.js";

export function startFormsets(region) {
  for (const box of all(region, "[data-formset]")) {
    if ("on" in box.dataset) continue;
    box.dataset.on = "";
    box.querySelectorAll("[data-formset-add], [data-formset-remove]").forEach((button) => { button.hidden = false; });
    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-formset-add]")) add(box);
      const remove = event.target.closest("[data-formset-remove]");
      if (remove) takeAway(box, remove.closest("[data-formset-row]"));
    });
  }
}

function total(box) {
  return box.querySelector(`[name="${box.dataset.formset}-TOTAL_FORMS"]`);
}

function rowsOf(box) {
  return [...box.querySelectorAll("[data-formset-row]")];
}

function add(box) {
  const counter = total(box);
  const most = Number(box.querySelector(`[name="${box.dataset.formset}-MAX_NUM_FORMS"]`)?.value ?? 1000);
  const index = Number(counter.value);
  if (index >= most) {
    say(`No more than ${most} rows.`);
    return;
  }
  const piece = box.querySelector("template[data-formset-empty]").content.cloneNode(true);
  renumber(piece, "__prefix__", index);
  const row = piece.querySelector("[data-formset-row]");
  row.querySelectorAll("[data-formset-remove]").forEach((button) => { button.hidden = false; });
  box.querySelector("[data-formset-rows]").append(piece);
  counter.value = String(index + 1);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  changed(box, `Row ${visible(box).length} added`);
}

/* A row that the server knows is ticked for deletion; a new row goes away and the rows after it move up. */
function takeAway(box, row) {
  const before = visible(box).indexOf(row);
  const deletes = row.querySelector("input[name$='-DELETE']");
  if (deletes) {
    deletes.checked = true;
    row.hidden = true;
  } else {
    row.remove();
    rowsOf(box).forEach((one, index) => renumber(one, "\\d+", index, box.dataset.formset));
    total(box).value = String(rowsOf(box).length);
  }
  const next = visible(box)[Math.min(before, visible(box).length - 1)];
  (next?.querySelector("[data-formset-remove]") ?? box.querySelector("[data-formset-add]"))?.focus();
  changed(box, "Row removed");
}

function visible(box) {
  return rowsOf(box).filter((row) => !row.hidden);
}

function renumber(piece, what, index, prefix = "[\\w-]+") {
  const pattern = new RegExp(`((?:^|\\s|id_)${prefix}-)${what}(?=-)`, "g");
  const elements = [...(piece.matches ? [piece] : []), ...piece.querySelectorAll("*")];
  for (const element of elements) {
    for (const name of ["name", "id", "for", "aria-describedby", "aria-labelledby", "aria-label", "data-formset-row"]) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      if (name === "aria-label") element.setAttribute(name, value.replace(/\b(Row|Session|Line) (?:\d+|__prefix__)/, `$1 ${index + 1}`));
      else element.setAttribute(name, value.replace(pattern, `$1${index}`));
    }
    if (element.matches("[data-formset-number]")) element.textContent = String(index + 1);
  }
}

function changed(box, sentence) {
  say(sentence);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
