// What is read by REST again and again, as long as somebody looks at it: the report, objectives, calls.

import { APIError, get } from "../api.js";

export class WatchData {
  value = null;
  /** Why the last reading failed, or nothing. */
  failure = "";
  #path;
  #parameters;
  #milliseconds;
  #onChange;
  #timer = null;
  #request = 0;

  constructor(path, parameters, milliseconds, onChange) {
    [this.#path, this.#parameters, this.#milliseconds, this.#onChange] = [path, parameters, milliseconds, onChange];
  }

  watch(isWatched) {
    if (isWatched === (this.#timer !== null)) return;
    clearInterval(this.#timer);
    this.#timer = isWatched ? setInterval(() => this.#load(), this.#milliseconds) : null;
    if (isWatched) this.#load();
  }

  clear() {
    this.watch(false);
    this.#request += 1;
    [this.value, this.failure] = [null, ""];
  }

  async #load() {
    this.#request += 1;
    const request = this.#request;
    try {
      const answer = await get(this.#path, this.#parameters);
      if (request !== this.#request) return;
      [this.value, this.failure] = [answer, ""];
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (request !== this.#request) return;
      this.failure = error.message;
    }
    this.#onChange();
  }
}
