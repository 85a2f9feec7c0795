// The page of hosts: a list of all, or one with its charts.

import { alertMark } from "../alerts/bell.js";
import { alertsOfHosts, gravest } from "../alerts/marks.js";
import { serverNow } from "../api.js";
import { byID, make, setText } from "../dom.js";
import { bytesPerSecond, count, isKnown, NOTHING, percent, span } from "../format.js";
import { keep } from "../keyed.js";
import { gauge, load, serviceLinks, worstPressure } from "./figures.js";
import { HostPage } from "./page.js";

const MAXIMUM_ROWS = 500;

const COLUMNS = [
  { title: "Host", text: true, show: showName },
  { title: "CPU", show: (cell, { figures }) => fill(cell, figures.cpu_utilization) },
  { title: "Memory", show: (cell, { figures }) => fill(cell, figures.memory_utilization) },
  { title: "Fullest file system", show: showFileSystem },
  { title: "Disk", show: pair("disk_read_bytes_per_second", "disk_write_bytes_per_second", ["read", "written"]) },
  {
    title: "Network",
    show: pair("network_receive_bytes_per_second", "network_transmit_bytes_per_second", ["in", "out"]),
  },
  { title: "Pressure", show: showPressure },
  { title: "Load", show: (cell, { figures }) => setText(cell, load(figures)) },
  { title: "Last seen", show: showSeen },
  { title: "Services", text: true, show: showServices },
];

export class HostsView {
  #rows = new Map();
  #listener;
  #page;
  #items = [];

  /**
   * @param listener `onHost(name)`, an empty name is all of them; `onService(service)`, `onLookAt(date)`, `onAlerts()`.
   */
  constructor(listener) {
    this.#listener = listener;
    this.#page = new HostPage(listener);
    byID("host-table").tHead.append(make("tr", {}, ...COLUMNS.map(({ title, text }) =>
      make("th", { scope: "col", class: text ? "text plain" : "plain" }, title))));
  }

  /** @param name the host whose page is shown, or nothing; `at`: the past time that is looked at; `alerts`: all. */
  show(data, name, at, alerts) {
    const own = alertsOfHosts(alerts);
    this.#items = (data?.items ?? []).map((host) => ({ ...host, alerts: own.get(host.name) ?? [] }));
    byID("host-list").hidden = name !== "";
    byID("host-page").hidden = name === "";
    if (name === "") {
      this.#page.close();
      this.#list(data !== null);
    } else {
      this.#page.show(name, this.#items.find((host) => host.name === name) ?? null, data, at);
    }
  }

  #list(isKnownYet) {
    const sorted = [...this.#items].sort((one, other) =>
      one.is_silent - other.is_silent || one.name.localeCompare(other.name));
    const shown = sorted.slice(0, MAXIMUM_ROWS);
    this.#rows = keep(byID("host-table").tBodies[0], this.#rows, shown, (host) => this.#row(host), (row, host) => {
      row.classList.toggle("silent", host.is_silent);
      COLUMNS.forEach(({ show }, index) => show(row.cells[index], host, this.#listener));
    });
    byID("host-scroll").hidden = sorted.length === 0;
    byID("hosts-empty").hidden = sorted.length > 0 || !isKnownYet;
    const silent = sorted.filter(({ is_silent: isSilent }) => isSilent).length;
    const all = sorted.length === 1 ? "1 host" : `${count(sorted.length)} hosts`;
    setText(byID("hosts-summary"), sorted.length === 0 ? "" : silent > 0 ? `${all} · ${silent} silent` : all);
  }

  #row(host) {
    const row = make("tr", { "data-host": host.name },
      ...COLUMNS.map(({ text }, index) => (index === 0
        ? make("th", { class: "text", scope: "row" }) : make("td", { class: text ? "text" : "" }))));
    row.addEventListener("click", (event) => {
      if (!event.target.closest("button")) this.#listener.onHost(host.name);
    });
    return row;
  }
}

function showName(cell, host, listener) {
  if (!cell.firstChild) {
    cell.append(make("button", { type: "button", class: "link", onclick: () => listener.onHost(host.name) }),
      make("span"));
  }
  setText(cell.firstChild, host.name);
  const mark = gravest(host.alerts) ?? "";
  if (cell.dataset.alert === mark) return;
  cell.dataset.alert = mark;
  cell.lastChild.replaceChildren(...(mark ? [alertMark(mark)] : []));
}

/** Drawn anew only where the figure changes. */
function fill(cell, share) {
  const text = percent(share);
  if (cell.dataset.text === text) return;
  cell.dataset.text = text;
  cell.replaceChildren(gauge(share));
}

function showFileSystem(cell, { figures }) {
  const text = `${figures.filesystem} ${percent(figures.filesystem_utilization)}`;
  if (cell.dataset.text === text) return;
  cell.dataset.text = text;
  const { filesystem } = figures;
  cell.replaceChildren(gauge(figures.filesystem_utilization),
    filesystem ? make("span", { class: "muted small mount", title: filesystem }, filesystem) : "");
}

function pair(first, second, [one, other]) {
  return (cell, { figures }) => setText(cell, isKnown(figures[first]) || isKnown(figures[second])
    ? `${bytesPerSecond(figures[first])} ${one} · ${bytesPerSecond(figures[second])} ${other}` : NOTHING);
}

function showPressure(cell, { figures }) {
  const worst = worstPressure(figures);
  setText(cell, worst ? `${worst[0]} ${percent(worst[1])}` : NOTHING);
}

function showSeen(cell, host) {
  const seconds = (serverNow() - Date.parse(host.last_seen)) / 1_000;
  setText(cell, host.is_silent ? `silent for ${span(seconds)}` : `${span(seconds)} ago`);
}

function showServices(cell, { services }, listener) {
  const key = services.map(({ environment, service }) => `${environment}/${service}`).join();
  if (cell.dataset.text === key) return;
  cell.dataset.text = key;
  cell.replaceChildren(...serviceLinks(services, listener));
}
