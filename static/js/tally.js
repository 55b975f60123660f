/* The points of a rubric while it is scored: [data-tally] says what the marks of [data-criterion] give so far; the server says the same on the next load. */
import { all } from "./live.js";

export function startTallies(region) {
  for (const place of all(region, "[data-tally]")) {
    const form = place.closest("form");
    if (!form || "on" in place.dataset) continue;
    place.dataset.on = "";
    form.addEventListener("change", () => count(form, place));
  }
}

/* Weights are read off the page; quarters of a hundredth are counted as whole numbers. */
function count(form, place) {
  const every = [...form.querySelectorAll("[data-criterion]")];
  const marked = every.map((one) => [weight(one), Number(one.querySelector(":checked")?.value ?? 0)]).filter(([, mark]) => mark);
  const points = marked.reduce((sum, [share, mark]) => sum + share * (mark - 1), 0) / 4;
  const possible = marked.reduce((sum, [share]) => sum + share, 0);
  place.querySelector("[data-tally-points]").textContent = shown(points);
  place.querySelector("[data-tally-rest]").textContent = `of ${shown(possible)} so far; ${marked.length} of ${every.length} scored`;
}

function weight(criterion) {
  return Math.round(100 * Number(/[\d.]+/.exec(criterion.querySelector(".w")?.textContent ?? "")?.[0] ?? 0));
}

function shown(hundredths) {
  return (hundredths / 100).toFixed(2).replace(/\.?0+$/, "");
}
