// Why a grade is not good: which limit is crossed, in words.

import { make } from "./dom.js";
import { milliseconds, percent } from "./format.js";

const MEASURES = {
  availability: "Availability", error_rate: "Error rate", response_time_p95: "p95", response_time_p95_ms: "p95",
  p95: "p95", p95_ms: "p95",
};

/** Elements for an item's reasons; `null` where there are none. */
export function reasons(item) {
  if (!item.reasons?.length) return null;
  const list = make("ul", { class: "reasons", "data-grade": item.grade },
    ...item.reasons.map((reason) => make("li", {}, sentence(reason))));
  return [make("h3", {}, "Why"), list];
}

function sentence({ measure, value, limit, level }) {
  const isShare = /availability|rate/.test(measure);
  const text = isShare ? percent : milliseconds;
  const side = measure === "availability" ? "below" : "above";
  const kind = level === "warning" || level === "critical" ? `the ${level} limit of` : "the limit of";
  return `${MEASURES[measure] ?? measure} ${text(value)} is ${side} ${kind} ${text(limit)}`;
}
