/** The frame of every page. */
import "./crumbs.js";
import "./jump.js";
import "./menu.js";
import "./session.js";
import "./settings.js";
import "./shortcuts.js";
