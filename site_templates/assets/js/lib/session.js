/** Where the reader is, by the address, and who that is: the answer of `/session` for this place. */
import { ApiError, credential, listShown, signIn } from "./api.js";
import { ask, NAMES } from "./ask.js";
import { t } from "./dom.js";
import { decode } from "./url.js";

/* Where: the names in the address, checked before anything is done with them */

const NOWHERE = { registry: "", repository: "", tag: "", digest: "" };
const asked = decode(location.search, NOWHERE);
const wrong = Object.keys(NOWHERE).find((name) => asked[name] && !NAMES[name][1](asked[name]));

/** What is wrong with the address, for the place of the page's errors; undefined if nothing is. */
export const fault = wrong && new ApiError(NAMES[wrong][2]);

/** `{registry, repository, tag, digest}`, "" for what is not named; of a wrong address nothing is taken. */
export const here = fault ? NOWHERE : asked;

/* Who */

const SESSION = { "user?": "", "role?": "", sign_in: [""], "sign_out_url?": "" };
const ROLES = { viewer: "role.viewer", maintainer: "role.maintainer" };

/** `answer` is the last one of `/session`; `isExpired`: what signed this tab in is accepted no longer. */
export const reader = { answer: null, isExpired: false };

/** The word for the reader's role. */
export const roleName = () => t(ROLES[reader.answer?.role] ?? "role.none");

const askRole = (query) => ask({}, "session", { query, shape: SESSION });

/** Who I am and my role here or, where there is no such place, anywhere. */
export const askSession = () => askRole({ registry: here.registry, repository: here.repository }).catch((error) => {
  if (/UNKNOWN|INVALID/.test(error.code)) return askRole();
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
