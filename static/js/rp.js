/* The one script of every page; pages work without it. Each module looks for its own data attributes. */
import { startAutosave } from "./autosave.js";
import { startFormsets } from "./formset.js";
import { startKeys } from "./keys.js";
import { startMenus } from "./menus.js";
import { startPage } from "./page.js";
import { startRequests } from "./requests.js";
import { startSelections } from "./selection.js";
import { startTallies } from "./tally.js";
import { startToasts } from "./toasts.js";
import { startWrong } from "./wrong.js";

startMenus();
startToasts();
startPage(document);
startKeys();
startRequests(startRegion);
startRegion(document);

/* What a part of a page needs, whether it came with the page or with a swap. */
function startRegion(region) {
  startAutosave(region);
  startFormsets(region);
  startSelections(region);
  startTallies(region);
  startWrong(region);
}
