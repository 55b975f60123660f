/* The one script of every page; pages work without it. Each module looks for its own data attributes. */
import "./page.js";
