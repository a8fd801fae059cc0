/** Menus are popovers; they open beside the button that asked, and arrows walk through them. */
import { all, one } from "../lib/dom.js";
import { openHelp } from "./help.js";
import "./overlay.js";
import { fillMain } from "./settings.js";
import { fillSwitcher } from "./switcher.js";

const GAP = 4;
let asked;

/** Places by the button's edges alone, so that nothing needs measuring before the menu shows. */
const place = (menu, button) => {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const isUp = bottom > innerHeight * 0.7;
  const isEnd = right > innerWidth / 2;
  const style = menu.style;
  style.top = isUp ? "auto" : `${bottom + GAP}px`;
  style.bottom = isUp ? `${innerHeight - top + GAP}px` : "auto";
  style.left = isEnd ? "auto" : `${left}px`;
  style.right = isEnd ? `${document.documentElement.clientWidth - right}px` : "auto";
  style.maxHeight = `${(isUp ? top : innerHeight - bottom) - 3 * GAP}px`;
};

/** Opens a menu beside `button`, or closes it where this button opened it. */
export const toggleMenu = (menu, button) => {
  const isOpen = menu.matches(":popover-open");
  if (isOpen) menu.hidePopover();
  if (isOpen && asked === button) return;
  asked = button;
  menu.showPopover();
};

const walk = (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
  const menu = event.target.closest(".menu");
  if (!step || !menu || event.target.matches("[type=radio]")) return;
  const items = all("a, button, input", menu).filter((item) => item.checkVisibility());
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  event.preventDefault();
};

for (const menu of all(".menu[popover]")) {
  let opener;
  menu.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    opener = asked;
    place(menu, opener);
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "open") all("a, button, input:checked", menu).find((item) => item.checkVisibility())?.focus();
    // What was focused in a menu that is hidden by now keeps the focus until the next frame.
    else if (!document.activeElement?.checkVisibility() || document.activeElement === document.body) opener?.focus();
  });
  menu.addEventListener("keydown", walk);
  menu.addEventListener("click", (event) => event.target.closest("a, button") && menu.hidePopover());
}
addEventListener("scroll", () => all(".menu:popover-open").forEach((menu) => menu.hidePopover()), { passive: true });
one("#menu-main").addEventListener("beforetoggle", fillMain);
one("#menu-registries").addEventListener("beforetoggle", fillSwitcher, { once: true });
one("#open-keys").addEventListener("click", openHelp);
