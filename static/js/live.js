/* What several modules share: the one live region, times and elements. */

/* Says a sentence once to screen readers, through the page's single role="status". */
export function say(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  window.setTimeout(() => { live.textContent = text; }, 60);
}

/* "2:14 PM" in the zone that the page's other times are in. */
export function clock(date = new Date()) {
  const timeZone = document.body.dataset.zone || undefined;
  return date.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", timeZone });
}

/* All matching elements of a region, the region itself included. */
export function all(region, selector) {
  const own = region.matches?.(selector) ? [region] : [];
  return [...own, ...region.querySelectorAll(selector)];
}

/* An element with its text and attributes; nothing is ever parsed as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/* True while somebody types: single keys must not act then. */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !["checkbox", "radio", "button", "submit"].includes(target.type);
}
