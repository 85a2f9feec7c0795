// The mean time of each phase of a call, as bars of one scale.

import { bar } from "../charts/bar.js";
import { make } from "../dom.js";
import { isKnown, milliseconds } from "../format.js";

const PHASES = [
  ["blocked", "Blocked", "Waiting for a connection"], ["dns", "DNS", "Resolving the name"],
  ["connect", "Connect", "Establishing the TCP connection"], ["tls", "TLS", "The TLS handshake"],
  ["ttfb", "TTFB", "Request sent to the first byte of the response"],
  ["transfer", "Transfer", "First byte of the response to the last"],
];

export const phaseName = (id) => PHASES.find(([known]) => known === id)?.[1] ?? id;

/** Elements for an edge's phases; `null` where none was seen. */
export function phases(values) {
  const means = PHASES.map(([id]) => values?.[id]?.mean_ms);
  if (!means.some(isKnown)) return null;
  const longest = Math.max(0.001, ...means.filter(isKnown));
  const list = make("ul", { class: "phases" }, ...PHASES.map(([, name, title], index) => make("li", { title },
    make("span", { class: "name" }, name), bar((means[index] ?? 0) / longest),
    make("span", { class: "value" }, milliseconds(means[index])))));
  return [make("h3", {}, "Phases, mean"), list];
}
