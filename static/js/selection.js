/* Choosing rows: form[data-select] with [data-select-row] boxes, one [data-select-all] and a [data-batch] bar with count, sum and
   [data-batch-groups]: how many different data-group the chosen rows have. */
import { all, say } from "./live.js";

let sayLater = 0;

export function startSelections(region) {
  for (const form of all(region, "[data-select]")) {
    if (form.dataset.select === "on") continue;
    form.dataset.select = "on";
    let last = null;
    form.addEventListener("click", (event) => {
      const box = event.target.closest("[data-select-row]");
      if (box) {
        if (event.shiftKey && last) range(form, last, box);
        last = box;
      }
      if (event.target.closest("[data-batch-clear]")) rows(form).forEach((one) => { one.checked = false; });
      if (event.target.closest("[data-batch-clear], [data-select-row]")) show(form, true);
    });
    form.addEventListener("change", (event) => {
      if (!event.target.matches("[data-select-all]")) return;
      rows(form).forEach((one) => { one.checked = event.target.checked; });
      show(form, true);
    });
    show(form, false);
  }
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-select]").forEach((form) => show(form, false)), { once: true });
}

function rows(form) {
  return [...form.querySelectorAll("[data-select-row]:not(:disabled)")];
}

function range(form, from, to) {
  const boxes = rows(form);
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((one, other) => one - other);
  boxes.slice(Math.max(start, 0), end + 1).forEach((box) => { box.checked = to.checked; });
}

function show(form, speak) {
  const boxes = rows(form);
  const chosen = boxes.filter((box) => box.checked);
  boxes.forEach((box) => box.closest("[data-row], tr, li")?.classList.toggle("on", box.checked));
  const every = form.querySelector("[data-select-all]");
  if (every) {
    every.checked = chosen.length > 0 && chosen.length === boxes.length;
    every.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  }
  const bar = form.querySelector("[data-batch]");
  if (bar) tell(bar, chosen, speak);
}

function tell(bar, chosen, speak) {
  const text = chosen.length ? `${counted(chosen.length, bar.dataset.noun)} selected` : "Tick rows to choose them";
  bar.querySelector("[data-batch-count]").textContent = text;
  const sum = bar.querySelector("[data-batch-sum]");
  if (sum) {
    sum.textContent = dollars(chosen.reduce((total, box) => total + cents(box.dataset.amount), 0n));
    sum.parentElement.hidden = chosen.length === 0;
  }
  const groups = bar.querySelector("[data-batch-groups]");
  if (groups) groups.textContent = counted(new Set(chosen.map((box) => box.dataset.group)).size, groups.dataset.batchGroups);
  for (const button of bar.querySelectorAll("[data-batch-noun]")) {
    button.textContent = `${button.dataset.batchNoun} ${counted(chosen.length, bar.dataset.noun)}`;
  }
  if (!speak) return;
  window.clearTimeout(sayLater);
  sayLater = window.setTimeout(() => say(sum && chosen.length ? `${text}, ${sum.textContent}` : text), 600);
}

function counted(count, noun) {
  const [one, many] = noun.split(",");
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many ?? `${one}s`}`;
}

/* Money is added in whole cents; a binary fraction never touches it. */
function cents(amount = "0") {
  const [whole, part = ""] = amount.split(".");
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, "0").slice(0, 2));
}

function dollars(amount) {
  return `$${(amount / 100n).toLocaleString("en-US")}.${String(amount % 100n).padStart(2, "0")}`;
}
