// The panel of what is selected: every KPI, phases, reasons, neighbours, and its history.

import { alertList } from "../alerts/list.js";
import { byID, make } from "../dom.js";
import { rate } from "../format.js";
import { gradeIcon, gradeMark, word } from "../grade.js";
import { hostBlock, hostsOf } from "../hosts/figures.js";
import { asHistoryQuery, byWeight, dependencyOf, tunnelProtocols } from "../model.js";
import { objectiveElement, objectivesOf } from "../report/objectives.js";
import { facts, times } from "./facts.js";
import { HistoryPanel } from "./history.js";
import { phases } from "./phases.js";
import { reasons } from "./reasons.js";

const MAXIMUM_NEIGHBOURS = 12;
const MAXIMUM_OBJECTIVES = 5;

export class Details {
  #onChoose;
  #listener;
  #history;
  #id = null;
  #head = make("div", { class: "details-head" });
  #badge = make("p");
  #body = make("div");
  #historyBlock = make("div", { class: "details-block history" });

  /** @param listener `onChoose(id)`, `null` to close; `onHost(name)`, `onAlerts()`, `onLookAt(date)`. */
  constructor(listener) {
    const { onChoose, onLookAt } = listener;
    this.#onChoose = onChoose;
    this.#listener = listener;
    byID("details").append(this.#head, this.#body, this.#historyBlock);
    this.#history = new HistoryPanel(this.#historyBlock, onLookAt);
    byID("details").addEventListener("keydown", (event) => {
      if (event.key === "Escape") onChoose(null);
    });
  }

  /**
   * Shows the item with this id of the graph, or nothing.
   *
   * @param beside what is known beside the graph: `hosts`, `objectives`, and `at`, the past time that is looked at.
   */
  show(graph, id, { hosts, objectives, at }) {
    const item = id === null ? undefined : graph.edges.get(id) ?? graph.nodes.get(id);
    const isNew = id !== this.#id;
    this.#id = id;
    byID("details").hidden = id === null;
    this.#historyBlock.hidden = !item;
    if (id === null) return this.#history.close();
    if (isNew) byID("details").scrollTop = 0;
    if (!item) return this.#gone(isNew);
    this.#fillHead(item, isNew);
    const own = this.#hosts(item, hosts);
    this.#fillBody(item, at === null ? own : [], at === null ? objectives : []);
    this.#history.show(asHistoryQuery(item), graph.at, at, own.map(({ name }) => name));
  }

  /** Those on which the service's proxies run: what they wait for is in the times of its calls. */
  #hosts(item, hosts) {
    const service = item.source ?? (item.kind === "service" ? item : null);
    return service ? hostsOf(hosts, { service: service.name, environment: service.environment }) : [];
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

  #fillBody(item, hosts, objectives) {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#body.replaceChildren(...[
      alertList(item.alerts, this.#listener.onAlerts), reasons(item),
      facts(item.kpis ?? {}, tunnelProtocols(item)), times(item.kpis ?? {}),
      hostBlock(hosts, this.#listener.onHost), phases(item.phases), this.#objectives(item, objectives),
      this.#neighbours(item),
    ].filter(Boolean).map((content) => make("div", { class: "details-block" }, ...[content].flat())));
    if (focused) this.#body.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #objectives(item, all) {
    const own = objectivesOf(all, item, item.source ? dependencyOf(item) : item.name);
    if (own.length === 0) return null;
    return [make("h3", {}, own.length === 1 ? "Objective" : "Objectives"), make("ul", { class: "objectives" },
      ...own.slice(0, MAXIMUM_OBJECTIVES).map((objective) => objectiveElement(objective)))];
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
