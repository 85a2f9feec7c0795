// The panel of what is selected: every KPI, phases, reasons, neighbours, and its history.

import { byID, make } from "./dom.js";
import { facts, times } from "./figures.js";
import { rate } from "./format.js";
import { gradeIcon, gradeMark, word } from "./grade.js";
import { HistoryPanel } from "./history.js";
import { asHistoryQuery, byWeight, tunnelProtocols } from "./model.js";
import { phases } from "./phases.js";
import { reasons } from "./reasons.js";

const MAXIMUM_NEIGHBOURS = 12;

export class Details {
  #onChoose;
  #history;
  #id = null;
  #head = make("div", { class: "details-head" });
  #badge = make("p");
  #body = make("div");
  #historyBlock = make("div", { class: "details-block history" });

  /** @param onChoose called with an id, or `null` to close. */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    byID("details").append(this.#head, this.#body, this.#historyBlock);
    this.#history = new HistoryPanel(this.#historyBlock);
    byID("details").addEventListener("keydown", (event) => {
      if (event.key === "Escape") onChoose(null);
    });
  }

  /** Shows the item with this id of the graph, or nothing. */
  show(graph, id) {
    const item = id === null ? undefined : graph.edges.get(id) ?? graph.nodes.get(id);
    const isNew = id !== this.#id;
    this.#id = id;
    byID("details").hidden = id === null;
    if (id === null) return this.#history.close();
    if (isNew) byID("details").scrollTop = 0;
    if (!item) return this.#gone(isNew);
    this.#fillHead(item, isNew);
    this.#fillBody(item);
    this.#history.show(asHistoryQuery(item), graph.at);
  }

  #gone(isNew) {
    if (isNew) this.#head.replaceChildren(make("h2", { id: "details-title" }, "Not in this view"), this.#close());
    this.#badge.replaceChildren();
    this.#body.replaceChildren(make("div", { class: "details-block muted" },
      "No longer in this view: there were no calls, or the filter leaves it out."));
  }

  #close() {
    const names = { "aria-label": "Close the details", title: "Close" };
    return make("button", { type: "button", class: "close", ...names, onclick: () => this.#onChoose(null) }, "×");
  }

  #fillHead(item, isNew) {
    this.#badge.replaceChildren(gradeMark(item.grade, { chip: true }));
    if (!isNew && this.#head.contains(this.#badge)) return;
    const title = item.source ? `${item.source.name} → ${item.target.name}` : item.name;
    const kind = item.source ? "Edge" : item.kind === "service" ? "Service" : "Dependency";
    const environment = item.source ? item.source.environment : item.environment;
    this.#head.replaceChildren(
      make("p", { class: "kind" }, environment ? `${kind} · ${environment}` : kind), this.#close(),
      make("h2", { id: "details-title" }, title), this.#badge);
  }

  #fillBody(item) {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#body.replaceChildren(...[
      reasons(item), facts(item.kpis ?? {}, tunnelProtocols(item)), times(item.kpis ?? {}), phases(item.phases),
      this.#neighbours(item),
    ].filter(Boolean).map((content) => make("div", { class: "details-block" }, ...[content].flat())));
    if (focused) this.#body.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  /** The edges of a node, worst first: those that it calls, and those that call it. */
  #neighbours(node) {
    if (node.source || !node.edges?.length) return null;
    const calls = node.edges.filter((edge) => edge.source === node);
    const callers = node.edges.filter((edge) => edge.target === node);
    return [...this.#list("Calls", calls, "target"), ...this.#list("Called by", callers, "source")];
  }

  #list(title, unsorted, end) {
    if (unsorted.length === 0) return [];
    const edges = [...unsorted].sort(byWeight);
    const rest = edges.length - MAXIMUM_NEIGHBOURS;
    return [
      make("h3", {}, title),
      make("ul", { class: "neighbours" }, ...edges.slice(0, MAXIMUM_NEIGHBOURS).map((edge) => {
        const other = edge[end];
        const mark = make("span", { class: "grade", "data-grade": edge.grade },
          gradeIcon(edge.grade), make("span", { class: "hidden-text" }, word(edge.grade).toLowerCase()));
        const link = make("button",
          { type: "button", class: "link", "data-id": edge.id, title: other.name }, other.name);
        link.addEventListener("click", () => this.#onChoose(edge.id));
        const load = `${rate(edge.kpis.load?.calls_per_minute)}/min`;
        return make("li", {}, mark, link, make("span", { class: "figures" }, load));
      })),
      rest > 0 ? make("p", { class: "muted small" }, `and ${rest} more in the table`) : "",
    ];
  }
}
