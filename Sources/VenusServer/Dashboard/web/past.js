// A past time: the bar that says which, and the picture as it was.

import { APIError, get, serverNow } from "./api.js";
import { byID, setText } from "./dom.js";
import { asParameters, WINDOWS } from "./filter.js";
import { instant, span, wholeSpan } from "./format.js";
import { asInstant } from "./place.js";

export class Past {
  #listener;
  #place = null;
  #request = 0;

  /**
   * @param listener `onAt(instant)`, `null` for now; `onGraph(graph)`, `null` where it cannot be read, and
   *   `onTotals(kpis)`: of the time that is looked at.
   */
  constructor(listener) {
    this.#listener = listener;
    byID("to-now").addEventListener("click", () => listener.onAt(null));
    byID("look-back").addEventListener("click", () => listener.onAt(asInstant(serverNow() - this.#step())));
    byID("earlier").addEventListener("click", () => this.#move(-1));
    byID("later").addEventListener("click", () => this.#move(1));
    byID("past-at").addEventListener("change", (event) => {
      const at = Date.parse(event.target.value);
      if (!Number.isNaN(at)) listener.onAt(asInstant(Math.min(at, serverNow() - 1_000)));
    });
  }

  /** Somebody else may look next: what is shown is read again. */
  clear() {
    this.#place = null;
    this.#request += 1;
  }

  /** Shows the bar for this place, and reads what was there. */
  show(place) {
    const { at, view, host } = place;
    byID("past").hidden = at === null || !(view === "dependencies" || (view === "hosts" && host));
    byID("look-back").hidden = at !== null;
    const before = this.#place;
    this.#place = place;
    if (at === null) {
      this.#request += 1;
      return;
    }
    const ago = span((serverNow() - Date.parse(at)) / 1_000);
    setText(byID("past-text"), `As it was at ${instant(new Date(at))}, ${ago} ago`);
    setText(byID("earlier"), `‹ ${this.#words()}`);
    setText(byID("later"), `${this.#words()} ›`);
    byID("past-at").value = local(new Date(at));
    const isSame = before !== null
      && ["view", "at", "window", "environment", "service"].every((name) => before[name] === place[name]);
    if (view !== "dependencies") {
      this.#request += 1;
      setText(byID("past-note"), "The charts show the time around it, the figures how it is now.");
    } else if (!isSame) {
      this.#load(place);
    }
  }

  #window = () => WINDOWS.find(({ value }) => value === this.#place?.window) ?? WINDOWS[2];
  /** History has minutes: less than one shows the same again. */
  #step = () => Math.max(60, this.#window().seconds) * 1_000;
  #words = () => wholeSpan(this.#step() / 1_000);

  #move(direction) {
    const to = Date.parse(this.#place.at) + direction * this.#step();
    this.#listener.onAt(to >= serverNow() ? null : asInstant(to));
  }

  async #load(place) {
    this.#request += 1;
    const request = this.#request;
    setText(byID("past-note"), "Reading …");
    try {
      const at = asInstant(Math.min(Date.parse(place.at), serverNow() - 1_000));
      const graph = await get("/graph", { ...asParameters(place), at });
      if (request !== this.#request) return;
      setText(byID("past-note"), note(graph));
      this.#listener.onGraph(graph);
      const { environment, service } = place;
      const totals = await get("/history", { from: graph.span.from, to: graph.span.to, environment, service });
      if (request === this.#request) this.#listener.onTotals(overAll(totals));
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (request !== this.#request) return;
      // What is shown is of another time.
      this.#listener.onGraph(null);
      setText(byID("past-note"), `It cannot be read: ${error.message}`);
    }
  }
}

/** History speaks of the load while something was seen; here, as in the graph, it is that of the whole time. */
function overAll({ from, to, totals }) {
  const minutes = (Math.min(Date.parse(to), serverNow()) - Date.parse(from)) / 60_000;
  const { load } = totals;
  const share = load.calls_per_minute > 0 ? totals.calls / minutes / load.calls_per_minute : 1;
  const names = ["calls_per_minute", "bytes_sent_per_second", "bytes_received_per_second"];
  return { ...totals, load: { ...load, ...Object.fromEntries(names.map((name) => [name, load[name] * share])) } };
}

function note({ span: from, edges }) {
  const [start, end] = [from.from, from.to].map((time) => instant(new Date(time)));
  const buckets = `From history in steps of ${from.tier}: ${start} to ${end}.`;
  return edges.length === 0 ? `${buckets} There were no calls.` : buckets;
}

/** What a field for a local time takes. */
function local(date) {
  const shifted = new Date(+date - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
