/** Fetches the style sheet of dialogs and menus: what imports this runs when it is there. */
import { make } from "../lib/dom.js";

await new Promise((settle) => {
  // A dialog without its looks is better than none: a failure is no reason to wait.
  const href = new URL("../../overlay.css", import.meta.url);
  document.head.append(make("link", { rel: "stylesheet", href, onload: settle, onerror: settle }));
});
