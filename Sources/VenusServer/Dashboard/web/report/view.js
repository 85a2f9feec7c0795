// The page of report cards and objectives: how each service does, which limits it crosses, and why.

import { explanation } from "../alerts/evidence.js";
import { subjectText } from "../alerts/words.js";
import { byID, make, setText } from "../dom.js";
import { WINDOWS } from "../filter.js";
import { moment } from "../format.js";
import { gradeMark, rank } from "../grade.js";
import { crossing } from "../measures.js";
import { objectiveElement } from "./objectives.js";

const MAXIMUM_CARDS = 200;
const MAXIMUM_CROSSED = 8;

export class ReportView {
  #listener;
  #drawn = "";

  /** @param listener `onService({environment, service})`, `onSubject({environment, service, dependency})`. */
  constructor(listener) {
    this.#listener = listener;
  }

  /** @param report and `objectives`: as REST has them, `null` before they are read; `failure`: why they were not. */
  show(report, objectives, failure) {
    setText(byID("report-failure"), failure);
    byID("report-failure").hidden = failure === "";
    const key = JSON.stringify([report?.services, objectives]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const focused = byID("report").contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#cards(report);
    this.#objectives(objectives);
    if (focused) byID("report").querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #cards(report) {
    const services = [...(report?.services ?? [])].sort((one, other) => rank(one.grade) - rank(other.grade)
      || other.crossed.length - one.crossed.length || one.service.localeCompare(other.service));
    byID("report-empty").hidden = services.length > 0 || report === null;
    const isSeveral = new Set(services.map(({ environment }) => environment)).size > 1;
    const shown = services.slice(0, MAXIMUM_CARDS);
    byID("report-cards").replaceChildren(...shown.map((card) => this.#card(card, isSeveral)));
    const rest = services.length - MAXIMUM_CARDS;
    setText(byID("report-note"), rest > 0 ? `and ${rest} more: GET /api/v1/report has them all` : "");
    byID("report-note").hidden = rest <= 0;
  }

  #card(card, isSeveral) {
    const { service, environment, grade, crossed } = card;
    const link = make("button", {
      type: "button", class: "link", "data-id": `card-${environment}/${service}`,
      onclick: () => this.#listener.onService(card),
    }, service);
    const rest = crossed.length - MAXIMUM_CROSSED;
    return make("li", { class: "surface report-card", "data-grade": grade, "data-service": service },
      make("div", { class: "report-head" }, make("h3", {}, link),
        isSeveral ? make("span", { class: "muted small" }, environment) : null, gradeMark(grade, { chip: true })),
      crossed.length === 0 ? make("p", { class: "muted small" }, quiet(grade)) : null,
      make("ul", { class: "crossed" }, ...crossed.slice(0, MAXIMUM_CROSSED).map((one) => this.#crossed(one)),
        ...(rest > 0 ? [make("li", { class: "muted small" }, `and ${rest} more`)] : [])));
  }

  #crossed(one) {
    const since = one.since ? `since ${moment(new Date(one.since))}` : "just now";
    return make("li", { "data-severity": one.severity },
      make("p", {}, crossing(one)),
      make("p", { class: "muted small" }, `${subjectText(one)} · over ${windowLabel(one.window)} · ${since}`),
      ...explanation(one).map((text) => make("p", { class: "evidence small" }, text)));
  }

  #objectives(objectives) {
    byID("objectives-empty").hidden = objectives === null || objectives.length > 0;
    const left = ({ standing }) => standing.budget_left ?? Infinity;
    byID("objective-list").replaceChildren(...[...(objectives ?? [])].sort((one, other) => left(one) - left(other))
      .map((one) => objectiveElement(one, this.#listener.onSubject)));
  }
}

const windowLabel = (window) => WINDOWS.find(({ value }) => value === window)?.label ?? window;
const quiet = (grade) => (grade === "idle" ? "Nothing was called." : "No limit is crossed.");
