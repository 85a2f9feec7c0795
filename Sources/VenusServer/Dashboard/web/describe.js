// One line about a node or an edge, for tooltips and screen readers.

import { milliseconds, percent, rate } from "./format.js";
import { word } from "./grade.js";

export function describeEdge(edge) {
  return `${edge.source.name} → ${edge.target.name}: ${figures(edge)}`;
}

export function describeNode(node) {
  return `${node.kind === "service" ? "Service" : "Dependency"} ${node.name}: ${figures(node)}`;
}

function figures({ grade, kpis }) {
  if (grade === "idle") return "idle, nothing was attempted in this window";
  return `${word(grade).toLowerCase()}, ${rate(kpis?.load?.calls_per_minute)} calls/min, `
    + `availability ${percent(kpis?.availability)}, p95 ${milliseconds(kpis?.response_time_ms?.p95)}`;
}
