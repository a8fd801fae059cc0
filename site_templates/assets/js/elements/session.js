/** Who I am: the name and role in the bar, the sign-in dialog, signing out. */
import { credential, request, signIn } from "../lib/api.js";
import { all, emit, one } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

const ROLES = { viewer: "role.viewer", maintainer: "role.maintainer" };
const dialog = one("#sign-in-dialog");
const form = one("form", dialog);
const refusal = one("[role=alert]", dialog);

const encodeBasic = (pair) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;

/** The way of signing in that the form shows: the fields of the others are hidden. */
const showWay = () => {
  for (const part of all("[data-way]", form)) part.hidden = part.dataset.way !== form.way.value;
  form.user.required = form.way.value === "basic";
};

const open = (why = "") => {
  if (dialog.open || one("#sign-in").hidden) return;
  one("#sign-in-why").textContent = why;
  refusal.hidden = true;
  form.secret.value = "";
  dialog.showModal();
};

const show = ({ user, role, sign_in: ways, sign_out_url: outUrl }) => {
  const roleName = t(ROLES[role] ?? "role.none");
  const who = one("#who");
  who.hidden = false;
  one(".hide", who).hidden = !user;
  one("b", who).textContent = user ?? "";
  one("b + span", who).textContent = roleName;
  one("#menu-who").textContent = user ? t("session.who", { user, role: roleName }) : roleName;
  one("#sign-in").hidden = !ways.length || !!user;
  one("#sign-out").hidden = !credential() && !outUrl;
  one("#sign-out").onclick = () => {
    signIn(null);
    if (outUrl) location.assign(new URL(outUrl, location));
    else location.reload();
  };
  one("#sign-in-ways").hidden = ways.length < 2;
  for (const radio of all("[name=way]", form)) radio.checked = radio.value === (form.way.value || ways[0]);
  if (ways.length) showWay();
};

const ask = () => request("/api/v1/session");

/** The answer of `/session`; later ones come as `rl:signed-in`. */
export const session = ask();
session.then(show, () => {});

const send = async () => {
  const { way, user, secret } = form;
  const before = credential();
  signIn(way.value === "basic" ? encodeBasic(`${user.value}:${secret.value}`) : `Bearer ${secret.value}`);
  const answer = await ask().catch((error) => ({ error }));
  if (answer.user) {
    show(answer);
    dialog.close();
    emit("signed-in", answer);
    return;
  }
  signIn(before);
  refusal.textContent = answer.error && answer.error.status !== 401 ? answer.error.message : t("session.refused");
  refusal.hidden = false;
  secret.select();
};

form.addEventListener("change", showWay);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
one("[value=cancel]", form).addEventListener("click", () => dialog.close());
one("#sign-in").addEventListener("click", () => open());
document.addEventListener("rl:sign-in-needed", async ({ detail }) => {
  if (detail.code !== "UNAUTHORIZED") return;
  await session.catch(() => {});
  open(credential() ? t("session.expired") : "");
});
