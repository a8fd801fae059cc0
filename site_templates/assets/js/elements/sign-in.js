/** The sign-in dialog; what is accepted is kept for this tab. */
import { credential, isAbort, signIn } from "../lib/api.js";
import { all, emit, one, t } from "../lib/dom.js";
import { askSession, reader } from "../lib/session.js";
import { adviceOn } from "./messages.js";
import "./overlay.js";

const dialog = one("#sign-in-dialog");
const form = one("form", dialog);
const refusal = one("[role=alert]", dialog);

const encodeBasic = (pair) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;

/** Shows the fields of the chosen way alone. */
const showWay = () => {
  for (const part of all("[data-way]", form)) part.hidden = part.dataset.way !== form.way.value;
  form.user.required = form.way.value === "basic";
};

/** Opens the dialog for these ways of signing in; `why` is said above the fields. */
export const openSignIn = (ways, why) => {
  if (dialog.open) return;
  one("#sign-in-ways").hidden = ways.length < 2;
  form.way.value ||= ways[0];
  showWay();
  one("#sign-in-why").textContent = why;
  refusal.hidden = true;
  form.secret.value = "";
  dialog.showModal();
};

const refuse = (words) => {
  refusal.replaceChildren(...words);
  refusal.hidden = false;
  form.secret.select();
};

const send = async () => {
  const { way, user, secret } = form;
  // No header carries more than Latin letters.
  if (way.value !== "basic" && !/^[ -~]+$/.test(secret.value)) return refuse([t("session.refused")]);
  const before = credential();
  signIn(way.value === "basic" ? encodeBasic(`${user.value}:${secret.value}`) : `Bearer ${secret.value}`);
  const answer = await askSession().catch((error) => !isAbort(error) && { error });
  if (answer.user) {
    reader.answer = answer;
    dialog.close();
    emit("signed-in", answer);
    return;
  }
  signIn(before);
  refuse(answer.error && answer.error.code !== "UNAUTHORIZED" ? adviceOn(answer.error) : [t("session.refused")]);
};

form.addEventListener("change", showWay);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
one("[value=cancel]", form).addEventListener("click", () => dialog.close());
