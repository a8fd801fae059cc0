/** Who I am: the name and role in the bar, when to sign in, signing out. */
import { credential, request, signIn } from "../lib/api.js";
import { one } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

const ROLES = { viewer: "role.viewer", maintainer: "role.maintainer" };
let known;
let isExpired = false;

const show = (answer) => {
  known = answer;
  const { user, role, sign_in: ways, sign_out_url: outUrl } = answer;
  const roleName = t(ROLES[role] ?? "role.none");
  const who = one("#who");
  who.hidden = false;
  one(".hide", who).hidden = !user;
  one("b", who).textContent = user ?? "";
  one("b + span", who).textContent = roleName;
  one("#menu-who").hidden = false;
  one("#menu-who p").textContent = user ? t("session.who", { user, role: roleName }) : roleName;
  one("#sign-in").hidden = !ways.length || !!user;
  one("#sign-out").hidden = !credential() && !outUrl;
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
one("#sign-out").addEventListener("click", () => {
  signIn(null);
  if (known.sign_out_url) location.assign(new URL(known.sign_out_url, location));
  else location.reload();
});
document.addEventListener("rl:signed-in", ({ detail }) => show(detail));
document.addEventListener("rl:sign-in-needed", async ({ detail }) => {
  if (detail.code !== "UNAUTHORIZED") return;
  isExpired ||= !!credential();
  const { sign_in: ways } = await session.catch(() => ({ sign_in: [] }));
  if (ways.length) open();
});
