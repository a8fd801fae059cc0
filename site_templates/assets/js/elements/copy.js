/** Copying, and how a button says in its place that it did; fetched with the first `[data-copy]`. */
import { announce, icon, t } from "../lib/dom.js";

const SHOWN_MS = 1500;

/** Puts text on the clipboard, also where the page is plain http and has no clipboard API. */
export const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const hear = (event) => {
      event.preventDefault();
      event.clipboardData.setData("text/plain", text);
    };
    document.addEventListener("copy", hear, { once: true });
    document.execCommand("copy");
    document.removeEventListener("copy", hear);
  }
  announce(t("copy.copied"));
};

/** Copies and shows a tick in `button` for a moment: with the word if it shows text, else alone. */
export const copyFrom = async (button, text) => {
  await copyText(text);
  if (button.classList.contains("copied")) return;
  const before = [...button.childNodes];
  const label = button.getAttribute("aria-label");
  button.classList.add("copied");
  button.setAttribute("aria-label", t("copy.copied"));
  button.replaceChildren(icon("check"), button.matches(".tool") ? "" : ` ${t("copy.copied")}`);
  setTimeout(() => {
    button.classList.remove("copied");
    if (label) button.setAttribute("aria-label", label);
    else button.removeAttribute("aria-label");
    button.replaceChildren(...before);
  }, SHOWN_MS);
};
