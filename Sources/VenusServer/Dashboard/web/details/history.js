// The history of what is selected: availability, p95 and load over an hour to a year, and the pressure of its hosts.

import { APIError, get } from "../api.js";
import { Chart } from "../charts/chart.js";
import { LinesChart } from "../charts/lines-chart.js";
import { rangeQuery, RANGES, viewOf } from "../charts/ranges.js";
import { make, segments, setText } from "../dom.js";
import { milliseconds, percent, rate } from "../format.js";
import { pressureLines } from "../hosts/series.js";

/** Hosts whose pressure is shown at most. */
const MAXIMUM_HOSTS = 4;

export class HistoryPanel {
  #range = "hour";
  #query = null;
  #at = null;
  #hosts = [];
  #key = "";
  #minute = 0;
  #request = 0;
  #message = make("p", { class: "muted small", role: "status" });
  #charts;
  #pressure;

  /** @param onLookAt called with the time that was clicked at. */
  constructor(parent, onLookAt) {
    const switcher = make("fieldset", { class: "segments" }, make("legend", { class: "hidden-text" }, "Range"));
    segments(switcher, "range", RANGES, this.#range, (range) => {
      this.#range = range;
      this.#load();
    });
    parent.append(make("h3", {}, "History"), switcher, this.#message);
    const onChoose = onLookAt;
    const chart = (kind) => new Chart(parent, { ...kind, onChoose });
    this.#charts = [
      chart({
        title: "Availability", value: (kpis) => kpis.availability, text: percent, isShare: true,
        note: ({ basis }) => (basis === "transport" ? "of connecting" : ""),
      }),
      chart({
        title: "Response time p95", value: (kpis) => kpis.response_time_ms?.p95, text: milliseconds,
        note: ({ estimated }) => (estimated > 0 ? "estimated" : ""),
      }),
    ];
    this.#pressure = new LinesChart(parent, {
      title: "Pressure of its hosts", text: percent, isShare: true, least: 0.05, onChoose,
    });
    this.#pressure.element.hidden = true;
    this.#charts.push(chart({
      title: "Calls/min", value: (kpis) => kpis.load?.calls_per_minute, text: rate, isArea: true, whole: meanLoad,
    }));
  }

  /**
   * Shows the history of these names. A push in a new minute brings a new point, so it is read again then.
   *
   * @param now the time of the newest data; `at`: the past time that is looked at, or `null`; `hosts`: names of the
   *   hosts whose pressure stands beside it.
   */
  show(query, now, at, hosts) {
    const key = JSON.stringify([query, at]);
    const minute = Math.floor(Date.parse(now) / 60_000);
    const names = hosts.slice(0, MAXIMUM_HOSTS);
    const isSame = key === this.#key && names.join() === this.#hosts.join();
    if (isSame && minute === this.#minute) return;
    if (key !== this.#key) {
      for (const chart of this.#charts) chart.clear();
      this.#pressure.element.hidden = true;
    }
    [this.#key, this.#minute, this.#query, this.#at, this.#hosts] = [key, minute, query, at, names];
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
    const [span, at] = [rangeQuery(this.#range, this.#at), this.#at];
    if (this.#hosts.length === 0) this.#pressure.element.hidden = true;
    try {
      const [history, ...pressures] = await Promise.all([
        get("/history", { ...span, ...this.#query }),
        ...this.#hosts.map((host) => this.#pressureOf(host, span)),
      ]);
      if (request !== this.#request) return;
      setText(this.#message, history.points.some(wasSeen) ? "" : "No calls in this range.");
      this.#draw(history, at, pressures.filter(Boolean));
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (request === this.#request) setText(this.#message, `The history cannot be read: ${error.message}`);
    }
  }

  /** A host that was forgotten meanwhile takes nothing else away. */
  async #pressureOf(host, span) {
    try {
      const path = `/hosts/${encodeURIComponent(host)}/history`;
      return await get(path, { ...span, metric: "system.linux.pressure", state: "some" });
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      return null;
    }
  }

  #draw(history, at, pressures) {
    const points = history.points.filter(wasSeen).map((point) => ({ ...point, at: new Date(point.at) }));
    const view = { ...viewOf(history, at), totals: history.totals ?? {} };
    for (const chart of this.#charts) chart.show(points, view);
    if (pressures.length > 0) {
      this.#pressure.element.hidden = false;
      this.#pressure.show(pressureLines(pressures), { ...view, stepSeconds: viewOf(pressures[0], at).stepSeconds });
    }
  }
}

/** Calls a minute over the buckets that are shown: gaps do not water it down. */
function meanLoad(points, { stepSeconds }) {
  const minutes = d3.sum(points, ({ coverage }) => coverage) * (stepSeconds / 60);
  return minutes > 0 ? d3.sum(points, ({ kpis }) => kpis.calls) / minutes : null;
}

/** A bucket without calls or connections in use is a gap: whether nobody called or nobody looked, it does not say. */
const wasSeen = ({ coverage, kpis }) => coverage > 0 && (kpis.calls > 0 || kpis.basis !== null);
