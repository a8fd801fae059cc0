/** The frame of every page: settings, menus, who I am, where I am, jump and keys. */
import "./settings.js";
