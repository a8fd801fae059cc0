/** Who reads here: the answer of `/session`, asked for once the list is shown, and after a sign-in. */
import { credential, listShown, request, signIn, withQuery } from "./api.js";
import { t } from "./dom.js";
import { decode } from "./url.js";

const ROLES = { viewer: "role.viewer", maintainer: "role.maintainer" };
const here = decode(location.search, { registry: "", repository: "" });

/** `answer` is the last one of `/session`; `isExpired`: what signed this tab in is accepted no longer. */
export const reader = { answer: null, isExpired: false };

/** The word for the reader's role. */
export const roleName = () => t(ROLES[reader.answer?.role] ?? "role.none");

/** Who I am and my role here or, where there is no such place, anywhere. */
export const askSession = () => request(withQuery("/api/v1/session", here)).catch((error) => {
  if (/UNKNOWN|INVALID/.test(error.code)) return request("/api/v1/session");
  throw error;
});

/** Forgets a credential that is no longer accepted, so that the page goes on as a stranger's. */
const askAgain = (error) => {
  if (error.code !== "UNAUTHORIZED" || !credential()) throw error;
  reader.isExpired = true;
  signIn(null);
  return askSession();
};

/** The first answer of `/session`; later ones come as `rl:signed-in`. */
export const session = listShown.then(askSession).catch(askAgain).then((answer) => (reader.answer = answer));
