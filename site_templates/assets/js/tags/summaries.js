/** What is known of each tag: asked for in batches, what is on the screen first. */
import { isAbort } from "../lib/api.js";
import { ask } from "../lib/ask.js";
import { isDate } from "../lib/shape.js";
import { takeBatch } from "../lib/url.js";

const WORKERS = 2;
const SUMMARY = {
  tag: "", digest: "", kind: "", "created?": isDate, "size_bytes?": 0,
  platforms: [{ platform: "", "size_bytes?": 0 }], "unread?": [{ message: "" }],
};
const SUMMARIES = { summaries: [SUMMARY], failed: [{ tag: "", code: "", "message?": "" }], pending: [""] };

export class Summaries {
  /** Tag → the API's summary, or `{error}`. */
  known = new Map();
  #urgent = [];
  #rest = [];
  #asked = new Set();
  #working = 0;
  #finish = null;
  #controller = new AbortController();
  #isFresh = false;

  /** `where` is the repository; `onChange(tags)` runs after each batch. */
  constructor(where, onChange) {
    Object.assign(this, { where, onChange });
  }

  /** Asks for these before anything else, instead of what was urgent until now. */
  want(tags) {
    this.#urgent = tags;
    this.#start();
  }

  /** Asks for all of them; resolves when they are known, on `stop()`, or with the error that ended it. */
  wantAll(tags) {
    this.stop();
    this.#rest = tags;
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#start();
    });
  }

  /** Leaves the rest of `wantAll` unasked. */
  stop(error) {
    this.#rest = [];
    this.#finish?.(error);
    this.#finish = null;
  }

  /** Forgets tags, or everything, so that they are asked for again, past every cache. */
  forget(tags) {
    this.#isFresh = true;
    if (tags) return tags.forEach((tag) => this.known.delete(tag));
    this.stop();
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#asked = new Set();
    this.known.clear();
  }

  #start() {
    while (this.#working < WORKERS && this.#work());
  }

  #next() {
    const isOpen = (tag) => !this.known.has(tag) && !this.#asked.has(tag);
    const urgent = takeBatch(this.#urgent.filter(isOpen));
    if (urgent.length) return urgent;
    this.#rest = this.#rest.filter((tag) => !this.known.has(tag));
    return takeBatch(this.#rest.filter(isOpen));
  }

  /** Takes one batch and then the next; answers false if there is none. */
  #work() {
    const batch = this.#next();
    if (!batch.length) {
      if (!this.#rest.length) this.stop();
      return false;
    }
    this.#working++;
    batch.forEach((tag) => this.#asked.add(tag));
    this.#ask(batch, this.#asked, this.#controller.signal).then(() => {
      this.#working--;
      this.onChange(batch);
      this.#start();
    });
    return true;
  }

  async #ask(batch, asked, signal) {
    try {
      const answer = await ask(this.where, "summaries", { query: { tag: batch }, signal, fresh: this.#isFresh, shape: SUMMARIES });
      for (const summary of answer.summaries) this.known.set(summary.tag, summary);
      for (const error of answer.failed) this.known.set(error.tag, { error });
      const isGoing = answer.summaries.length + answer.failed.length > 0;
      for (const tag of batch) {
        const isPending = answer.pending.includes(tag);
        // Else it would be asked for without end.
        if (!this.known.has(tag) && !(isGoing && isPending)) this.known.set(tag, { error: { tag, code: isPending ? "REGISTRY_TIMEOUT" : "INTERNAL" } });
      }
    } catch (error) {
      if (isAbort(error)) return;
      for (const tag of batch) this.known.set(tag, { error });
      this.stop(error);
    } finally {
      batch.forEach((tag) => asked.delete(tag));
    }
  }
}
