/** How many tags a repository has and the highest version, asked for the rows in view alone. */
import { isAbort } from "../lib/api.js";
import { ask } from "../lib/ask.js";
import { highestVersion } from "./highest.js";

const REST_MS = 120;
const TAGS = { tags: [""], "next?": "" };

/**
 * `onKnown(name)` hears when `get(name)` has `{tags, isWhole, highest}` or `{error}`; `room()` says
 * how many may be asked at once.
 */
export class Details {
  #known = new Map();
  #wanted = [];
  #running = 0;
  #timer;

  constructor(registry, onKnown, room) {
    Object.assign(this, { registry, onKnown, room });
  }

  get(name) {
    return this.#known.get(name);
  }

  forget() {
    this.#known.clear();
  }

  /** Asks for these once the list rests; what has scrolled away meanwhile is left out. */
  want(names) {
    clearTimeout(this.#timer);
    this.#wanted = names.filter((name) => !this.#known.has(name));
    this.#timer = setTimeout(() => this.#start(), REST_MS);
  }

  #start() {
    while (this.#running < this.room() && this.#wanted.length) this.#ask(this.#wanted.shift());
  }

  async #ask(name) {
    this.#running++;
    this.#known.set(name, null);
    try {
      const at = { registry: this.registry, repository: name };
      const { tags, next } = await ask(at, "tags", { query: { n: 1000 }, shape: TAGS });
      this.#learn(name, { tags: tags.length, isWhole: !next, highest: next ? null : highestVersion(tags) });
    } catch (error) {
      if (isAbort(error)) return;
      this.#learn(name, error.code === "NAME_UNKNOWN" ? { tags: 0, isWhole: true } : { error });
    } finally {
      this.#running--;
      this.#start();
    }
  }

  #learn(name, detail) {
    this.#known.set(name, detail);
    this.onKnown(name);
  }
}
