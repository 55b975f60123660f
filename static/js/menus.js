/* Menus are <details>: Escape and a click elsewhere close them; the theme changes at once and is stored by POST. */

export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = openMenus().find((one) => one.contains(document.activeElement)) ?? openMenus()[0];
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("submit", chooseTheme);
}

function openMenus() {
  return [...document.querySelectorAll("details.menu[open]")].reverse();
}

async function chooseTheme(event) {
  const form = event.target;
  const theme = event.submitter?.value;
  if (!form.matches("[data-theme-form]") || !theme) return;
  event.preventDefault();
  document.documentElement.dataset.bsTheme = theme;
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const body = new FormData(form);
  body.set("theme", theme);
  try {
    await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  } catch {
    /* Offline: the choice holds for this page, the server keeps the old one. */
  }
}
