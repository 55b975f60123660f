/* Toasts leave after 10 seconds unless somebody points at them or has the focus in them; each is said once. */
import { make, say } from "./live.js";

const SECONDS = 10;

export function startToasts() {
  const box = document.querySelector(".toasts");
  if (!box) return;
  for (const toast of box.querySelectorAll("[data-toast]")) {
    show(toast);
    say(toast.querySelector("span").textContent);
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
  });
}

/* A sentence at the foot of the page, for answers that change nothing on it. */
export function toast(text) {
  const box = document.querySelector(".toasts");
  if (!box) return;
  const element = make("div", { class: "toast-rp", "data-toast": "" }, make("span", {}, text));
  box.append(element);
  show(element);
  say(text);
}

function show(element) {
  let left = SECONDS;
  const timer = window.setInterval(() => {
    if (element.matches(":hover") || element.contains(document.activeElement)) return;
    left -= 1;
    if (left > 0) return;
    window.clearInterval(timer);
    element.remove();
  }, 1000);
}
