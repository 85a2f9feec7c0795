// One host: what it is, how it fares now, and its history.

import { alertList } from "../alerts/list.js";
import { APIError, get, serverNow } from "../api.js";
import { bar } from "../charts/bar.js";
import { LinesChart } from "../charts/lines-chart.js";
import { rangeQuery, RANGES, viewOf } from "../charts/ranges.js";
import { byID, make, segments, setText } from "../dom.js";
import { bytesPerSecond, count, isKnown, moment, NOTHING, percent, span } from "../format.js";
import { load, pressureTexts, serviceLinks, tone } from "./figures.js";
import { PROGRAM_METRICS, topPrograms } from "./programs.js";
import { HOST_CHARTS, linesOf } from "./series.js";

/** A minute is stored a moment after it is over. */
const RELOAD_MS = 15_000;

export class HostPage {
  #listener;
  #range = "hour";
  #name = "";
  #at = null;
  #tick = 0;
  #request = 0;
  #charts;
  #drawn = "";

  constructor(listener) {
    this.#listener = listener;
    byID("all-hosts").addEventListener("click", () => listener.onHost(""));
    segments(byID("host-ranges"), "host-range", RANGES, this.#range, (range) => {
      this.#range = range;
      this.#load();
    });
    this.#charts = HOST_CHARTS.map((kind) => {
      const chart = new LinesChart(byID("host-charts"), { ...kind, onChoose: listener.onLookAt });
      chart.element.classList.add("surface");
      chart.element.hidden = true;
      return { kind, chart };
    });
  }

  /**
   * @param host as pushed, `null` where there is none of this name; `at`: the past time that is looked at, or `null`.
   */
  show(name, host, data, at) {
    setText(byID("host-name"), name);
    this.#fill(host, data);
    const tick = Math.floor(Date.parse(data?.at) / RELOAD_MS);
    if (name === this.#name && at === this.#at && tick === this.#tick) return;
    if (name !== this.#name) {
      for (const { chart } of this.#charts) chart.element.hidden = true;
      byID("host-programs").replaceChildren();
    }
    [this.#name, this.#at, this.#tick] = [name, at, tick];
    if (data !== null) this.#load();
  }

  close() {
    this.#name = "";
    this.#drawn = "";
    this.#request += 1;
  }

  #fill(host, data) {
    byID("host-gone").hidden = host !== null || data === null;
    byID("host-body").hidden = host === null;
    if (host === null) return;
    const seen = span((serverNow() - Date.parse(host.last_seen)) / 1_000);
    setText(byID("host-seen"), host.is_silent ? `Silent for ${seen}` : `Read ${seen} ago`);
    byID("host-seen").dataset.silent = String(host.is_silent);
    const key = JSON.stringify(host, (name, value) => (name === "last_seen" ? undefined : value));
    if (key === this.#drawn) return;
    this.#drawn = key;
    byID("host-facts").replaceChildren(...facts(host).map(([name, text, share]) => make("div", {}, make("dt", {}, name),
      make("dd", {}, text, isKnown(share) ? bar(share, tone(share)) : null))));
    byID("host-alerts").replaceChildren(...(alertList(host.alerts, this.#listener.onAlerts) ?? []));
    this.#services(host);
  }

  #services({ services }) {
    const holder = byID("host-services");
    const focused = holder.contains(document.activeElement) ? document.activeElement.textContent : null;
    holder.replaceChildren(...(services.length > 0
      ? ["Runs proxies of ", ...serviceLinks(services, this.#listener)] : ["No service’s proxy runs here."]));
    if (focused) [...holder.querySelectorAll("button")].find((link) => link.textContent === focused)?.focus();
  }

  async #load() {
    if (this.#name === "") return;
    this.#request += 1;
    const [request, at] = [this.#request, this.#at];
    try {
      const path = `/hosts/${encodeURIComponent(this.#name)}/history`;
      const [history, ...programs] = await Promise.all([
        get(path, rangeQuery(this.#range, at)),
        ...PROGRAM_METRICS.map((metric) => get(path, { ...rangeQuery("hour", at), metric })),
      ]);
      if (request !== this.#request) return;
      byID("host-programs").replaceChildren(...topPrograms(programs, at));
      const hasPoints = history.series.some(({ points }) => points.length > 0);
      setText(byID("host-message"), hasPoints ? ""
        : "No readings in this range: the first minute is stored when it is over.");
      for (const { kind, chart } of this.#charts) {
        const lines = linesOf(kind, history);
        chart.element.hidden = lines.length === 0;
        if (lines.length > 0) chart.show(lines, viewOf(history, at));
      }
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (request === this.#request) setText(byID("host-message"), `The history cannot be read: ${error.message}`);
    }
  }
}

/** What is said of a host: name, text, and a share where it is one. */
function facts({ figures, first_seen: first, agent_version: version, environment, readings_dropped: dropped }) {
  const { filesystem, uptime_seconds: uptime } = figures;
  const rates = (...names) => names.map((name) => bytesPerSecond(figures[`${name}_bytes_per_second`])).join(" · ");
  const share = (name, key) => [name, percent(figures[key]), figures[key]];
  return [
    share("CPU", "cpu_utilization"), share("Memory", "memory_utilization"),
    share(filesystem ? `File system ${filesystem}` : "File system", "filesystem_utilization"),
    share("Swap", "paging_utilization"),
    ["Load, of processors", load(figures)],
    ["Waiting for", pressureTexts(figures).join(" · ") || NOTHING],
    ["Disk read · written", rates("disk_read", "disk_write")],
    ["Network in · out", rates("network_receive", "network_transmit")],
    ["Up for", isKnown(uptime) ? span(uptime) : NOTHING],
    ["Known since", moment(new Date(first))],
    ["Agent", [version, environment].filter(Boolean).join(" · ") || NOTHING],
    ...(dropped > 0 ? [["Readings that were lost", count(dropped)]] : []),
  ];
}
