// The history of what is selected: availability, p95 and load over an hour to a year.

import { APIError, get } from "./api.js";
import { make, segments, setText } from "./dom.js";
import { milliseconds, percent, rate } from "./format.js";
import { Chart } from "./chart.js";

const RANGES = ["hour", "day", "week", "month", "year"].map((value) => ({
  value, label: value[0].toUpperCase() + value.slice(1), title: `The last ${value}`,
}));
const TIER_SECONDS = { "1m": 60, "15m": 900, "2h": 7_200, "8h": 28_800, "1d": 86_400 };

export class HistoryPanel {
  #range = "hour";
  #query = null;
  #key = "";
  #minute = 0;
  #request = 0;
  #message = make("p", { class: "muted small", role: "status" });
  #charts;

  constructor(parent) {
    const switcher = make("fieldset", { class: "segments" }, make("legend", { class: "hidden-text" }, "Range"));
    segments(switcher, "range", RANGES, this.#range, (range) => {
      this.#range = range;
      this.#load();
    });
    parent.append(make("h3", {}, "History"), switcher, this.#message);
    this.#charts = [
      new Chart(parent, {
        title: "Availability", value: (kpis) => kpis.availability, text: percent, isShare: true,
        note: ({ basis }) => (basis === "transport" ? "of connecting" : ""),
      }),
      new Chart(parent, {
        title: "Response time p95", value: (kpis) => kpis.response_time_ms?.p95, text: milliseconds,
        note: ({ estimated }) => (estimated > 0 ? "estimated" : ""),
      }),
      new Chart(parent, {
        title: "Calls/min", value: (kpis) => kpis.load?.calls_per_minute, text: rate, isArea: true, whole: meanLoad,
      }),
    ];
  }

  /** Shows the history of these names. A push in a new minute brings a new point, so it is read again then. */
  show(query, at) {
    const key = JSON.stringify(query);
    const minute = Math.floor(Date.parse(at) / 60_000);
    if (key === this.#key && minute === this.#minute) return;
    if (key !== this.#key) for (const chart of this.#charts) chart.clear();
    this.#key = key;
    this.#minute = minute;
    this.#query = query;
    this.#load();
  }

  close() {
    this.#key = "";
    this.#query = null;
    this.#request += 1;
  }

  async #load() {
    if (this.#query === null) return;
    this.#request += 1;
    const request = this.#request;
    try {
      const history = await get("/history", { range: this.#range, ...this.#query });
      if (request !== this.#request) return;
      setText(this.#message, history.points.some(wasSeen) ? "" : "No calls in this range.");
      this.#draw(history);
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (request === this.#request) setText(this.#message, `The history cannot be read: ${error.message}`);
    }
  }

  #draw(history) {
    const points = history.points.filter(wasSeen).map((point) => ({ ...point, at: new Date(point.at) }));
    const view = {
      from: new Date(history.from), to: new Date(history.to), stepSeconds: TIER_SECONDS[history.tier] ?? 60,
      totals: history.totals ?? {},
    };
    for (const chart of this.#charts) chart.show(points, view);
  }
}

/** Calls a minute over the buckets that are shown: gaps do not water it down. */
function meanLoad(points, { stepSeconds }) {
  const minutes = d3.sum(points, ({ coverage }) => coverage) * (stepSeconds / 60);
  return minutes > 0 ? d3.sum(points, ({ kpis }) => kpis.calls) / minutes : null;
}

/** A bucket without calls or connections in use is a gap: whether nobody called or nobody looked, it does not say. */
const wasSeen = ({ coverage, kpis }) => coverage > 0 && (kpis.calls > 0 || kpis.basis !== null);
