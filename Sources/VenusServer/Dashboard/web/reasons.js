// Why a grade is not good: which limit is crossed, in words.

import { make } from "./dom.js";
import { milliseconds, percent, rate } from "./format.js";

const MEASURES = {
  availability: "Availability", error_rate: "Error rate", calls_per_minute: "Calls per minute",
  response_time_mean_ms: "Mean response time", response_time_p50_ms: "p50", response_time_p95_ms: "p95",
  response_time_p99_ms: "p99", ttfb_mean_ms: "Mean time to first byte", ttfb_p50_ms: "p50 to first byte",
  ttfb_p95_ms: "p95 to first byte", ttfb_p99_ms: "p99 to first byte",
};

/** Elements for an item's reasons; `null` where there are none. */
export function reasons(item) {
  if (!item.reasons?.length) return null;
  const list = make("ul", { class: "reasons", "data-grade": item.grade },
    ...item.reasons.map((reason) => make("li", {}, sentence(reason))));
  return [make("h3", {}, "Why"), list];
}

function sentence({ measure, value, limit, level }) {
  const text = /availability|rate/.test(measure) ? percent : measure.endsWith("_ms") ? milliseconds : rate;
  // A limit itself is not crossed.
  const side = value < limit ? "below" : "above";
  const kind = level === "warning" || level === "critical" ? `the ${level} limit of` : "the limit of";
  return `${MEASURES[measure] ?? measure} ${text(value)} is ${side} ${kind} ${text(limit)}`;
}
