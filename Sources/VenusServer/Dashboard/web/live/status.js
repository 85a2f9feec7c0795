// The state of the connection and the age of the data, in words.

import { serverNow } from "../api.js";
import { byID, setText } from "../dom.js";
import { clock, span } from "../format.js";

/** Data older than this is called by its age: what did not change is repeated every 10 s. */
const FRESH_SECONDS = 15;

export class Status {
  #state = "connecting";
  #retryAt = null;
  #since = null;
  #dataAt = null;

  constructor(onReconnect) {
    byID("reconnect").addEventListener("click", onReconnect);
    setInterval(() => this.#show(), 1_000);
  }

  /** @param disconnectedSince ms, `null` while connected. */
  connection(state, disconnectedSince, retryAt) {
    this.#state = state;
    this.#since = disconnectedSince;
    this.#retryAt = retryAt ?? null;
    this.#show();
  }

  /** @param at RFC 3339: the end of the window that is shown; nothing where none is that grows older. */
  data(at) {
    const time = Date.parse(at);
    this.#dataAt = Number.isNaN(time) ? null : time;
    this.#show();
  }

  #show() {
    const age = this.#dataAt === null ? 0 : (serverNow() - this.#dataAt) / 1_000;
    const isOld = age > FRESH_SECONDS;
    const isAway = this.#since !== null;
    byID("status").dataset.state = isAway ? "away" : this.#state === "live" && isOld ? "old" : this.#state;
    byID("live").dataset.stale = String(isAway);
    byID("reconnect").hidden = !(isAway && this.#retryAt !== null);
    // Counted seconds are for the eye: a screen reader hears only of the changes.
    setText(byID("status-announcement"), isAway ? "Disconnected" : this.#state === "live" ? "Live" : "Connecting");
    setText(byID("status-text"), isAway ? this.#away(age) : this.#here(age, isOld));
  }

  #here(age, isOld) {
    if (this.#state !== "live") return "Connecting …";
    return isOld ? `Live · data ${span(age)} old` : "Live";
  }

  #away(age) {
    const since = `Disconnected since ${clock(this.#since)}`;
    const data = this.#dataAt === null ? "" : ` · data ${span(age)} old`;
    if (this.#retryAt === null) return `${since}${data} · connecting …`;
    return `${since}${data} · next try in ${span((this.#retryAt - Date.now()) / 1_000)}`;
  }
}
