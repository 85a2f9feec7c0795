// One line about a node or an edge, for tooltips and screen readers.

import { markWord } from "./alerts/bell.js";
import { bytesPerSecond, callTime, count, isKnown, percent, rate } from "./format.js";
import { word } from "./grade.js";

export function describeEdge(edge) {
  return `${edge.source.name} → ${edge.target.name}: ${figures(edge)}${alertText(edge)}`;
}

export function describeNode(node) {
  return `${node.kind === "service" ? "Service" : "Dependency"} ${node.name}: ${figures(node)}${alertText(node)}`;
}

const alertText = ({ alert }) => (alert ? `, ${markWord(alert)}` : "");

function figures({ grade, kpis }) {
  if (grade === "idle") return "idle, nothing was attempted in this window";
  const available = kpis?.basis === "transport" ? "connecting" : "availability";
  return `${statement(grade, kpis)}, ${rate(kpis?.load?.calls_per_minute)} calls/min, `
    + `${available} ${percent(kpis?.availability)}, p95 ${callTime(kpis, kpis?.response_time_ms?.p95)}`
    + policyFigures(kpis).map((text) => `, ${text}`).join("");
}

/** What the egress policy says of the calls, where it says something. */
export function policyFigures(kpis) {
  return [
    [kpis?.denied, "denied"], [kpis?.would_be_denied, "would be denied"], [kpis?.link_local, "to link-local"],
  ].filter(([calls]) => calls > 0).map(([calls, text]) => `${count(calls)} ${text}`);
}

/** The grade, and whether it is about connecting alone. */
function statement(grade, kpis) {
  const text = word(grade).toLowerCase();
  if (kpis?.basis === "mixed") return `${text}, ${word("unseen").toLowerCase()} for some calls`;
  return kpis?.basis === "transport" && grade !== "unseen" ? `${text}, ${word("unseen").toLowerCase()}` : text;
}

/** The figures that stand beside an edge and in a node; the bytes where no single requests are visible. */
export function shortFigures(kpis) {
  const load = kpis?.load ?? {};
  if (kpis?.basis === "transport" && !isKnown(kpis.response_time_ms?.p95)) {
    const bytes = bytesPerSecond(load.bytes_sent_per_second + load.bytes_received_per_second);
    return kpis.calls === 0 ? `in use · ${bytes}` : `${rate(load.calls_per_minute)}/min · ${bytes}`;
  }
  return `${rate(load.calls_per_minute)}/min · p95 ${callTime(kpis, kpis?.response_time_ms?.p95)}`;
}
