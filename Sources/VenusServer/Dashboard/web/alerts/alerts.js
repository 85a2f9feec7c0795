// The alerts that are known: pushed as events, and read again by REST after each of them.

import { APIError, get } from "../api.js";

/** Several transitions of one second are read about once. */
const GATHER_MS = 300;
/** Values, silences and who took a fault on change without a transition: read so often while somebody looks at them. */
const WATCH_MS = 5_000;
/** And else: the page's title and the marks in the graph tell of them everywhere. */
const IDLE_MS = 30_000;
const MAXIMUM_TRANSITIONS = 100;

export class Alerts {
  /** Those that are pending, firing or without data. */
  active = [];
  /** The last of them, the newest first. */
  transitions = [];
  silences = [];
  /** Why the last reading failed, or nothing. */
  failure = "";
  #listener;
  #request = 0;
  #gathering = null;
  #timer = null;
  #isWatched = false;

  /** @param listener `onChange()`, and `onTransitions(transitions)` for those that are news. */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Takes in what the live socket pushes. */
  received(data) {
    if (data.type === "snapshot") {
      this.active = data.alerts ?? [];
      this.#listener.onChange();
      this.reload();
      return;
    }
    const news = data.transitions ?? [];
    this.transitions = [...[...news].reverse(), ...this.transitions].slice(0, MAXIMUM_TRANSITIONS);
    if (news.length > 0) this.#listener.onTransitions(news);
    // What it changed, and after a gap what was missed, only the whole tells.
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.reload(), GATHER_MS);
  }

  /** Reads them from now on; `isWatched`: somebody looks at them. */
  watch(isWatched) {
    if (this.#timer !== null && isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.reload(), isWatched ? WATCH_MS : IDLE_MS);
    if (isWatched) this.reload();
  }

  async reload() {
    this.#request += 1;
    const request = this.#request;
    try {
      const [active, past, silences] = await Promise.all([
        get("/alerts", { limit: 1_000 }), get("/alerts/transitions", { limit: MAXIMUM_TRANSITIONS }), get("/silences"),
      ]);
      if (request !== this.#request) return;
      this.active = active.items;
      this.transitions = past.items;
      this.silences = silences.items;
      this.failure = "";
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (request !== this.#request) return;
      this.failure = `The alerts cannot be read: ${error.message}`;
    }
    this.#listener.onChange();
  }

  /** Nothing of a session stays. */
  clear() {
    this.#request += 1;
    clearTimeout(this.#gathering);
    clearInterval(this.#timer);
    this.#timer = null;
    this.active = [];
    this.transitions = [];
    this.silences = [];
    this.failure = "";
    this.#listener.onChange();
  }
}
