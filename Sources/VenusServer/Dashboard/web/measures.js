// What is measured, in words: the names of metrics, and their values with units.

import { bytes, bytesPerSecond, isKnown, milliseconds, NOTHING, percent, rate, times } from "./format.js";

const NAMES = {
  availability: "Availability", error_rate: "Error rate", calls_per_minute: "Calls per minute",
  response_time_mean_ms: "Mean response time", response_time_p50_ms: "p50", response_time_p95_ms: "p95",
  response_time_p99_ms: "p99", ttfb_mean_ms: "Mean time to first byte", ttfb_p50_ms: "p50 to first byte",
  ttfb_p95_ms: "p95 to first byte", ttfb_p99_ms: "p99 to first byte", burn_rate: "Burn rate of the error budget",
  "system.cpu.utilization": "CPU", "system.memory.utilization": "Memory", "system.paging.utilization": "Swap",
  "system.filesystem.utilization": "File system", "system.filesystem.inodes.utilization": "Inodes",
  "system.cpu.load_average.1m": "Load average of 1 min", "system.cpu.load_average.5m": "Load average of 5 min",
  "system.cpu.load_average.15m": "Load average of 15 min", "system.linux.pressure": "Pressure",
  "container.cpu.throttled": "Throttled", "container.memory.utilization": "Memory of the container",
};
const HOST = /^host:/;

export function measureName(metric) {
  const name = metric.replace(HOST, "");
  return NAMES[name] ?? name;
}

/** A value of the metric, with the unit that it has. */
export function measureText(metric, value) {
  if (!isKnown(value)) return NOTHING;
  if (metric === "burn_rate") return times(value);
  if (metric.endsWith("_ms")) return milliseconds(value);
  if (metric === "availability" || metric === "error_rate") return percent(value);
  // Of processors, which may be several.
  if (/process\.cpu\.utilization$/.test(metric)) return `${rate(value)} CPU`;
  if (/utilization|pressure|throttled/.test(metric)) return percent(value);
  if (/\.io$/.test(metric)) return bytesPerSecond(value);
  if (/memory\.(usage|limit|available)|filesystem\.usage|paging\.usage/.test(metric)) return bytes(value);
  return rate(value);
}

/** `p95 1.2 s is above the critical limit of 1 s`. */
export function crossing({ metric, value, limit, severity }) {
  if (!isKnown(limit)) return `${measureName(metric)} ${measureText(metric, value)}`;
  const kind = severity ? `the ${severity} limit of` : "the limit of";
  // A limit itself is not crossed.
  const side = value === limit ? "at" : value < limit ? "below" : "above";
  return `${measureName(metric)} ${measureText(metric, value)} is ${side} ${kind} ${measureText(metric, limit)}`;
}
