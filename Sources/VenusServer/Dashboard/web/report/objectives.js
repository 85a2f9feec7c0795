// Objectives: what is promised, how much of the error budget is left, and how fast it burns.

import { bar } from "../charts/bar.js";
import { make } from "../dom.js";
import { count, isKnown, milliseconds, percent, times, wholeSpan } from "../format.js";

/** The least of a budget that is called good, and fair. */
const LEFT = { good: 0.25, fair: 0 };

/** The objectives of a service, an edge, or of all edges of a dependency. */
export function objectivesOf(objectives, item, dependency) {
  const isOf = (one, service, environment) => one.service === service
    && (!environment || one.environment === environment);
  if (item.source) {
    return objectives.filter((one) => isOf(one, item.source.name, item.source.environment)
      && (one.level === "service" || one.dependency === dependency));
  }
  if (item.kind === "service") return objectives.filter((one) => isOf(one, item.name, item.environment));
  return objectives.filter((one) => one.dependency === item.name);
}

/** @param onSubject called with the objective when its subject is clicked at; absent: the subject is plain text. */
export function objectiveElement(objective, onSubject) {
  const { standing } = objective;
  const left = standing.budget_left;
  const tone = !isKnown(left) ? "idle" : left > LEFT.good ? "good" : left > LEFT.fair ? "fair" : "poor";
  const subject = [objective.service, objective.dependency].filter(Boolean).join(" → ");
  const title = onSubject
    ? make("button", {
      type: "button", class: "link", "data-id": `objective-${objective.id}`, onclick: () => onSubject(objective),
    }, subject)
    : subject;
  return make("li", { class: "objective", "data-objective": objective.id, "data-grade": tone },
    make("div", { class: "objective-head" }, make("strong", {}, title),
      make("span", { class: "muted small" }, objective.id)),
    make("p", {}, promise(objective)),
    make("div", { class: "budget" }, bar(Math.max(0, left ?? 0), tone),
      make("span", { class: "value" }, budgetText(left))),
    make("p", { class: "muted small" }, soFar(standing)),
    burnTable(standing.burn_rates));
}

export function promise({ target, faster_than_ms: limit, period_seconds: period }) {
  const what = isKnown(limit) ? `of calls faster than ${milliseconds(limit)}` : "available";
  return `${percent(target)} ${what} over ${wholeSpan(period)}`;
}

function budgetText(left) {
  if (!isKnown(left)) return "no calls yet";
  if (left < 0) return `missed: ${times(1 - left)} what may fail has failed`;
  return `${percent(left)} of the error budget left`;
}

function soFar({ calls, bad_calls: bad, good_share: good }) {
  if (calls === 0) return "Nothing was called in this period.";
  return `${percent(good)} good so far: ${count(bad)} of ${count(calls)} calls were not.`;
}

/** How many times faster than allowed the budget burns; a pair burns where both windows exceed its factor. */
function burnTable(rates) {
  const cell = (value, factor) => make("td", { class: isKnown(value) && value > factor ? "over" : "" }, times(value));
  return make("table", { class: "burns" },
    make("caption", { class: "hidden-text" }, "Burn rates of the error budget"),
    make("thead", {}, make("tr", {}, ...["Burn rate over", "longer", "shorter", "limit"].map((text, index) =>
      make("th", { scope: "col", class: index === 0 ? "text" : "" }, text)))),
    make("tbody", {}, ...rates.map((pair) => make("tr", { "data-burning": String(pair.is_burning) },
      make("th", { scope: "row" }, `${wholeSpan(pair.long_seconds)} · ${wholeSpan(pair.short_seconds)}`,
        pair.is_burning ? make("span", { class: "chip", "data-severity": pair.severity }, "burning") : null),
      cell(pair.long, pair.factor), cell(pair.short, pair.factor),
      make("td", { class: "muted" }, times(pair.factor))))));
}
