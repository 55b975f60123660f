/* Single keys, outside fields only, switched off with one box (WCAG 2.1.4). A page has exactly the keys that its elements carry:
   data-key="g h" (two presses), "e", "/", "n" or "ctrl+enter", with data-key-name where the element's own words do not say it;
   J, K, X and Enter on [data-row] of [data-rows]; 1 to 5 and arrows on [data-criterion]; ? shows them all. */
import { isTyping, make } from "./live.js";

const OFF = "rp-keys-off";
const PAIR = 1200;
let first = "";
let row = null;

export function startKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const box = dialog.querySelector("[data-keys-switch]");
  box.checked = document.body.dataset.singleKeys !== "off" && !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => open(dialog));
  }
  document.addEventListener("keydown", (event) => pressed(event, dialog, box));
}

function pressed(event, dialog, box) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    act("ctrl+enter", event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (isTyping(event.target) || !box.checked) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") {
    open(dialog);
    event.preventDefault();
  } else if (first && act(`${first} ${key}`, event)) {
    first = "";
  } else if (!score(key, event) && !rows(key, event) && !act(key, event)) {
    remember(key);
  }
}

/* The first key of a pair holds for a moment: G, then H. */
function remember(key) {
  const starts = [...document.querySelectorAll("[data-key]")].some((element) => element.dataset.key.startsWith(`${key} `));
  first = starts ? key : "";
  if (starts) window.setTimeout(() => { first = ""; }, PAIR);
}

function act(key, event) {
  const element = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled);
  if (!element) return false;
  event.preventDefault();
  if (element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) element.focus();
  else element.click();
  return true;
}

/* J and K move the focus from row to row; Enter then opens by itself, X chooses. */
function rows(key, event) {
  const every = [...document.querySelectorAll("[data-rows] [data-row]")].filter((one) => one.offsetParent !== null);
  if (!every.length || !["j", "k", "x"].includes(key)) return false;
  row = document.activeElement?.closest("[data-row]") ?? (row?.isConnected ? row : null);
  event.preventDefault();
  if (key === "x") {
    row?.querySelector("[data-select-row]")?.click();
    return true;
  }
  const at = row ? every.indexOf(row) + (key === "j" ? 1 : -1) : 0;
  const next = every[Math.min(Math.max(at, 0), every.length - 1)];
  every.forEach((one) => one.classList.toggle("row-now", one === next));
  row = next;
  (next.querySelector("[data-row-open]") ?? next.querySelector("a, button, input"))?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

/* In a rubric 1 to 5 score the focused criterion, or the first without a score; down and up change the criterion. */
function score(key, event) {
  const every = [...document.querySelectorAll("[data-criterion]:not(fieldset:disabled *)")];
  if (!every.length) return false;
  const inside = document.activeElement?.closest("[data-criterion]");
  if (key === "ArrowDown" || key === "ArrowUp") {
    if (!inside) return false;
    const next = every[every.indexOf(inside) + (key === "ArrowDown" ? 1 : -1)];
    if (next) settle(every, next);
    event.preventDefault();
    return true;
  }
  const now = inside ?? every.find((one) => !one.querySelector(":checked")) ?? every[0];
  const choice = now.querySelector(`input[value="${CSS.escape(key)}"]`);
  if (!/^\d$/.test(key) || !choice) return false;
  choice.click();
  settle(every, now);
  event.preventDefault();
  return true;
}

function settle(every, now) {
  every.forEach((one) => one.classList.toggle("is-now", one === now));
  (now.querySelector(":checked") ?? now.querySelector("input")).focus();
}

function open(dialog) {
  const list = dialog.querySelector("[data-keys-list]");
  list.replaceChildren();
  const found = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const name = element.dataset.keyName ?? element.getAttribute("aria-label") ?? element.firstChild?.parentNode.textContent.trim();
    if (!found.has(element.dataset.key)) found.set(element.dataset.key, name);
  }
  if (document.querySelector("[data-rows] [data-row]")) found.set("j k", "next, previous row").set("enter", "open the row");
  if (document.querySelector("[data-rows] [data-select-row]")) found.set("x", "choose the row");
  if (document.querySelector("[data-criterion]")) found.set("1 – 5", "score the criterion").set("↑ ↓", "previous, next criterion");
  found.set("esc", "close").set("?", "all keys");
  for (const [keys, name] of found) {
    const caps = keys.split(/[ +]/).map((key) => (key === "–" ? key : make("kbd", {}, key[0].toUpperCase() + key.slice(1))));
    list.append(make("dt", {}, ...caps.flatMap((cap) => [cap, " "])), make("dd", {}, name));
  }
  dialog.showModal();
}
