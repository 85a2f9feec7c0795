// The live socket: subscriptions, pushed data, returning where a lost connection was, and noticing a dead one.

import { BASE } from "../api.js";
import { sameFilter } from "../filter.js";
import { Backoff } from "./backoff.js";
import { EventView } from "./event-view.js";
import { LiveView } from "./live-view.js";

/** Topics whose updates are events. */
const EVENTS = new Set(["alerts", "calls"]);
/** The close code of a session that ended. */
const SESSION_ENDED = 4401;
/**
 * After this much silence the subscriptions are sent again: a living server answers with a snapshot. It is more than
 * the 10 s after which the server repeats what did not change.
 */
const SILENCE_MS = 20_000;
/** How long that answer, or the hello of a new connection, may take. */
const ANSWER_MS = 8_000;

export class Live {
  #listener;
  #backoff = new Backoff();
  /** The view of each topic. */
  #views = new Map();
  #socket = null;
  #timer = null;
  #stopped = true;
  /** Since when there is no connection (ms), `null` while there is one. */
  disconnectedSince = null;

  /**
   * @param listener `onData(topic, data)`, `onState("connecting" | "live" | "away", retryAt?)`, `onError(message)`,
   *   `onEnded()` (sign in again), and `hasSession()`: a promise that tells why a connection was refused.
   */
  constructor(listener) {
    this.#listener = listener;
    addEventListener("online", () => this.reconnect());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.reconnect();
    });
  }

  start() {
    this.#stopped = false;
    this.#backoff.reset();
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    this.#release();
    this.#views.clear();
    this.disconnectedSince = null;
  }

  /** Asks for a topic; replaces what was asked for before, unless that is the same. */
  subscribe(topic, filter) {
    const before = this.#views.get(topic);
    if (before && sameFilter(before.filter, filter)) return;
    this.#views.set(topic, EVENTS.has(topic) ? new EventView(filter) : new LiveView(filter));
    if (!this.#socket?.greeted) return;
    if (before) this.#send("unsubscribe", topic, before.filter);
    this.#send("subscribe", topic, filter);
  }

  unsubscribe(topic) {
    const before = this.#views.get(topic);
    if (!before) return;
    this.#views.delete(topic);
    if (this.#socket?.greeted) this.#send("unsubscribe", topic, before.filter);
  }

  /** Tries at once, unless connected. */
  reconnect() {
    if (this.#stopped || this.#socket) return;
    this.#connect();
  }

  #connect() {
    this.#release();
    this.#listener.onState("connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${BASE}/live`);
    this.#socket = socket;
    socket.greeted = false;
    socket.addEventListener("message", (event) => socket === this.#socket && this.#received(event.data));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#closed(event));
    this.#wait(ANSWER_MS, () => this.#drop());
  }

  #received(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    if (!this.#socket.greeted) this.#greeted();
    this.#wait(SILENCE_MS, () => this.#probe());
    if (["snapshot", "update", "gap"].includes(frame.type)) {
      const view = this.#views.get(frame.topic);
      if (!view || !sameFilter(frame.filter, view.filter)) return;
      if (view.receive(frame)) this.#listener.onData(frame.topic, view.data);
      else this.#send("subscribe", frame.topic, view.filter);
    } else if (frame.type === "error") {
      this.#listener.onError(String(frame.message ?? frame.code ?? "The server refused a subscription."));
    }
  }

  #greeted() {
    this.#socket.greeted = true;
    this.#backoff.reset();
    this.disconnectedSince = null;
    this.#listener.onState("live");
    for (const [topic, { filter, position }] of this.#views) this.#send("subscribe", topic, filter, position);
  }

  #send(type, topic, filter, since) {
    this.#socket.send(JSON.stringify({ type, topic, filter, since: since ?? undefined }));
  }

  #probe() {
    for (const [topic, { filter }] of this.#views) this.#send("subscribe", topic, filter);
    this.#wait(ANSWER_MS, () => this.#drop());
  }

  async #closed(event) {
    const greeted = this.#socket.greeted;
    this.#release();
    this.disconnectedSince ??= Date.now();
    if (event.code === SESSION_ENDED) return this.#end();
    this.#listener.onState("away", null);
    // A refused upgrade looks like a broken connection: only a request tells them apart.
    if (!greeted && !(await this.#listener.hasSession())) return this.#end();
    if (this.#stopped || this.#socket) return;
    const delay = this.#backoff.next();
    this.#listener.onState("away", Date.now() + delay);
    this.#wait(delay, () => this.#connect());
  }

  #end() {
    if (this.#stopped) return;
    this.stop();
    this.#listener.onEnded();
  }

  /** Gives a connection up that does not answer, and goes on as if it had been closed. */
  #drop() {
    if (this.#socket) this.#closed({ code: 1006 });
  }

  #release() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #wait(milliseconds, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, milliseconds);
  }
}
