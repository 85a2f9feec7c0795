// The table of edges: sorted by any column, searched, one row an edge.

import { alertMark } from "../alerts/bell.js";
import { policyFigures } from "../describe.js";
import { byID, make, setText } from "../dom.js";
import { callTime, count, percent, rate } from "../format.js";
import { gradeMark, rank, word } from "../grade.js";
import { dependencyOf } from "../model.js";

/** More rows than this are not drawn: the search finds the others. */
const MAXIMUM_ROWS = 300;

const time = (name) => ({
  down: true,
  value: (edge) => edge.kpis.response_time_ms?.[name],
  show: (cell, edge) => setText(cell, callTime(edge.kpis, edge.kpis.response_time_ms?.[name])),
});
const share = (name) => ({
  value: (edge) => edge.kpis[name],
  show: (cell, edge) => {
    setText(cell, percent(edge.kpis[name]));
    cell.classList.toggle("none", edge.kpis[name] === 0);
  },
});
/** A share that is about connecting alone where no status was visible. */
const judged = (name) => ({
  value: (edge) => edge.kpis[name],
  show: (cell, edge) => {
    const isUnseen = edge.kpis.basis === "transport" && edge.kpis[name] !== null;
    setText(cell, isUnseen ? `${percent(edge.kpis[name])} connecting` : percent(edge.kpis[name]));
    cell.classList.toggle("none", edge.kpis[name] === 0 && !isUnseen);
    cell.classList.toggle("unseen", isUnseen);
  },
});

/** `value`: what is sorted by, absent values last; `down`: whether the first click sorts downwards. */
const COLUMNS = [
  { id: "grade", title: "Grade", text: true, value: (edge) => rank(edge.grade), show: showGrade },
  {
    id: "service", title: "Service", text: true, className: "name", value: (edge) => edge.source.name,
    show: showService,
  },
  { id: "dependency", title: "Dependency", text: true, value: (edge) => edge.target.name, show: showDependency },
  {
    id: "calls", title: "Calls", down: true, value: (edge) => edge.kpis.calls,
    show: (cell, edge) => setText(cell, count(edge.kpis.calls)),
  },
  {
    id: "load", title: "Calls/min", down: true, value: (edge) => edge.kpis.load?.calls_per_minute,
    show: (cell, edge) => setText(cell, rate(edge.kpis.load?.calls_per_minute)),
  },
  { id: "availability", title: "Availability", ...judged("availability") },
  { id: "errors", title: "Error rate", down: true, ...judged("error_rate") },
  { id: "client", title: "4xx", down: true, ...share("client_error_rate") },
  { id: "server", title: "5xx", down: true, ...share("server_error_rate") },
  { id: "transport", title: "Transport", down: true, ...share("transport_error_rate") },
  {
    id: "policy", title: "Policy", text: true, down: true,
    value: (edge) => (edge.kpis.denied ?? 0) + (edge.kpis.would_be_denied ?? 0) + (edge.kpis.link_local ?? 0),
    show: (cell, edge) => setText(cell, policyFigures(edge.kpis).join(", ") || "–"),
  },
  { id: "mean", title: "Mean", ...time("mean") },
  { id: "p50", title: "p50", ...time("p50") },
  { id: "p95", title: "p95", ...time("p95") },
  { id: "p99", title: "p99", ...time("p99") },
  { id: "max", title: "Max", ...time("max") },
  { id: "basis", title: "Basis", text: true, value: (edge) => edge.kpis.basis, show: showBasis },
];

export class Table {
  #onChoose;
  #edges = [];
  #rows = new Map();
  #sort = { column: COLUMNS[0], down: false };
  #chosen = null;

  /** @param onChoose called with an edge's id. */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    byID("table").tHead.append(make("tr", {}, ...COLUMNS.map((column) => this.#header(column))));
    byID("find").addEventListener("input", () => this.#draw());
  }

  show(graph) {
    this.#edges = [...graph.edges.values()];
    this.#draw();
  }

  choose(id) {
    this.#chosen = id;
    for (const [key, row] of this.#rows) row.classList.toggle("chosen", key === id);
  }

  #header(column) {
    const button = make("button", { type: "button" }, column.title);
    const header = make("th", { scope: "col", class: column.text ? "text" : "", "data-column": column.id }, button);
    if (column === this.#sort.column) header.setAttribute("aria-sort", "ascending");
    button.addEventListener("click", () => {
      const isSame = this.#sort.column === column;
      this.#sort = { column, down: isSame ? !this.#sort.down : Boolean(column.down) };
      for (const other of header.parentNode.children) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", this.#sort.down ? "descending" : "ascending");
      this.#draw();
    });
    return header;
  }

  #draw() {
    const wanted = byID("find").value.trim().toLowerCase();
    const words = (edge) => `${edge.source.name} ${edge.target.name} ${dependencyOf(edge)}`.toLowerCase();
    const found = this.#edges.filter((edge) => words(edge).includes(wanted))
      .sort((one, other) => this.#compare(one, other));
    const shown = found.slice(0, MAXIMUM_ROWS);
    this.#note(found.length, shown.length);
    const rows = new Map(shown.map((edge) => [edge.id, this.#rows.get(edge.id) ?? this.#row(edge)]));
    const body = byID("table").tBodies[0];
    for (const [id, row] of this.#rows) if (!rows.has(id)) row.remove();
    this.#rows = rows;
    shown.forEach((edge, index) => {
      const row = rows.get(edge.id);
      COLUMNS.forEach((column, place) => column.show(row.cells[place], edge, this.#onChoose));
      row.classList.toggle("chosen", edge.id === this.#chosen);
      // Moving a row takes the focus from it: only those that are out of place are moved.
      if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
    });
  }

  #row(edge) {
    const row = make("tr", { "data-edge": edge.id }, ...COLUMNS.map((column) => column.id === "dependency"
      ? make("th", { scope: "row", class: "text" })
      : make("td", { class: [column.text ? "text" : "", column.className ?? ""].join(" ").trim() })));
    row.addEventListener("click", () => this.#onChoose(edge.id));
    return row;
  }

  #compare(one, other) {
    const { column, down } = this.#sort;
    const [first, second] = [column.value(one), column.value(other)];
    const isMissing = (value) => value === undefined || value === null;
    if (isMissing(first) || isMissing(second)) return isMissing(first) - isMissing(second) || tie(one, other);
    const order = typeof first === "string" ? first.localeCompare(second) : first - second;
    return (down ? -order : order) || tie(one, other);
  }

  #note(found, shown) {
    const text = found === 0 && this.#edges.length > 0 ? "No edge matches."
      : this.#edges.length === 0 ? "No edges in this view."
      : found > shown ? `The first ${shown} of ${found} edges. Search to see the others.` : "";
    setText(byID("table-note"), text);
    byID("table-note").hidden = text === "";
  }
}

const tie = (one, other) =>
  (other.kpis.calls ?? 0) - (one.kpis.calls ?? 0) || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);

function showGrade(cell, edge) {
  const key = `${edge.grade} ${edge.alert ?? ""}`;
  if (cell.dataset.key === key) return;
  cell.dataset.key = key;
  cell.replaceChildren(gradeMark(edge.grade), ...(edge.alert ? [alertMark(edge.alert)] : []));
}

function showService(cell, edge) {
  setText(cell, edge.source.name);
  if (cell.title !== edge.source.name) cell.title = edge.source.name;
}

/** The name is the button that opens the details: rows alone cannot be reached by keyboard. */
function showDependency(cell, edge) {
  if (!cell.firstChild) cell.append(make("button", { type: "button", class: "link" }));
  setText(cell.firstChild, edge.target.name);
  const title = dependencyOf(edge);
  if (cell.firstChild.title !== title) cell.firstChild.title = title;
}

function showBasis(cell, edge) {
  const { basis } = edge.kpis;
  setText(cell, basis === "transport" ? word("unseen").toLowerCase() : basis ?? "–");
  cell.classList.toggle("unseen", basis !== "status");
}
