// What shows a fault: the phase that grew, what the failed calls ended with, and one call.

import { phaseName } from "../details/phases.js";
import { make } from "../dom.js";
import { clock, count, milliseconds } from "../format.js";

const BASELINES = { week: "the same hour a week before", day: "the last day" };
const NAMES = ["environment", "service", "dependency", "operation"];

/** Paragraphs about an alert, from the report and the calls that are known one by one; none where these say nothing. */
export function evidence(alert, report, calls) {
  const lines = explanation(crossedBy(alert, report));
  const call = sample(alert, calls);
  if (call) lines.push(call);
  return lines.map((text) => make("p", { class: "evidence small" }, text));
}

/** What explains a crossed limit of the report, in words. */
export function explanation(crossed) {
  const lines = [];
  const { phase, failures } = crossed ?? {};
  if (phase) {
    const growth = `from ${milliseconds(phase.before_ms)} to ${milliseconds(phase.now_ms)}`;
    lines.push(`${phaseName(phase.name)} grew most: ${growth} of the mean call, against `
      + `${BASELINES[phase.baseline] ?? phase.baseline}.`);
  }
  if (failures?.length) {
    const endings = failures.map(({ error_type: type, calls }) => `${type} (${count(calls)})`);
    lines.push(`Failed calls ended with ${endings.join(", ")}.`);
  }
  return lines;
}

function crossedBy({ subject, metric }, report) {
  const cards = report?.services ?? [];
  return cards.flatMap(({ crossed }) => crossed).find((one) => one.metric === metric && isSame(one, subject));
}

/** The newest failed call of what the alert is about. */
function sample({ subject, state }, calls) {
  if (state === "no_data" || !subject.service) return null;
  const isOf = (call) => NAMES.every((name) => !subject[name] || subject[name] === call[name]);
  const call = (calls?.failed ?? []).find(isOf);
  if (!call) return null;
  const trace = call.trace_id ? `, trace ${call.trace_id}` : "";
  const ending = call.error_type ?? call.status ?? call.outcome;
  return `For instance ${call.operation}: ${ending} after ${milliseconds(call.duration_ms)} at `
    + `${clock(new Date(call.at))}${trace}.`;
}

const isSame = (one, other) => NAMES.every((name) => (one[name] ?? "") === (other[name] ?? ""));
