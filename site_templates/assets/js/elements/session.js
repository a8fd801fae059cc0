/** Who I am: the name and role in the bar, and when to sign in. */
import { credential, request, signIn } from "../lib/api.js";
import { one } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

const ROLES = { viewer: "role.viewer", maintainer: "role.maintainer" };
let known;
let isExpired = false;

/** The last answer of `/session`, or undefined, and the word for its role. */
export const reader = () => known;
export const roleName = () => t(ROLES[known?.role] ?? "role.none");

const show = (answer) => {
  known = answer;
  const { user, sign_in: ways } = answer;
  const who = one("#who");
  who.hidden = false;
  one(".hide", who).hidden = !user;
  one("b", who).textContent = user ?? "";
  one("b + span", who).textContent = roleName();
  one("#sign-in").hidden = !ways.length || !!user;
  return answer;
};

const ask = () => request("/api/v1/session");

/** Forgets a credential that is no longer accepted, so that the page goes on as a stranger's. */
const askAgain = (error) => {
  if (error.code !== "UNAUTHORIZED" || !credential()) throw error;
  isExpired = true;
  signIn(null);
  return ask();
};

/** The answer of `/session`; later ones come as `rl:signed-in`. */
export const session = ask().catch(askAgain).then(show);
session.catch(() => {});

const open = async () => {
  const { openSignIn } = await import("./sign-in.js");
  openSignIn(known.sign_in, isExpired ? t("session.expired") : "");
};

one("#sign-in").addEventListener("click", open);
document.addEventListener("rl:signed-in", ({ detail }) => show(detail));
document.addEventListener("rl:sign-in-needed", async ({ detail }) => {
  if (detail.code !== "UNAUTHORIZED") return;
  isExpired ||= !!credential();
  const { sign_in: ways } = await session.catch(() => ({ sign_in: [] }));
  if (ways.length) open();
});
