// The spans of history that a person looks at: up to now, or around a past time.

import { serverNow } from "../api.js";
import { asInstant } from "../place.js";

const SECONDS = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };
const TIER_SECONDS = { "1m": 60, "15m": 900, "2h": 7_200, "8h": 28_800, "1d": 86_400 };
/** Of a span around a past time, so much lies after it. */
const AFTER = 0.25;

export const RANGES = Object.keys(SECONDS).map((value) => ({
  value, label: value[0].toUpperCase() + value.slice(1), title: `The last ${value}`,
}));

/** What the API is asked for. @param at a past time, or `null`. */
export function rangeQuery(range, at) {
  if (at === null) return { range };
  const length = SECONDS[range] * 1_000;
  const to = Math.min(Date.parse(at) + length * AFTER, serverNow() - 1_000);
  return { from: asInstant(to - length), to: asInstant(to) };
}

/** What charts need to know of an answer. */
export const viewOf = (history, at) => ({
  from: new Date(history.from), to: new Date(history.to), stepSeconds: TIER_SECONDS[history.tier] ?? 60,
  mark: at === null ? null : new Date(at),
});
