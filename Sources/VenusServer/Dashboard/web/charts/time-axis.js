// Ticks of a time axis in the viewer's zone, with the date wherever it is needed to tell the times apart.

import { dayMonth, hourMinute, monthYear } from "../format.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of the ticks' type, on average. */
const CHARACTER_WIDTH = 5.8;

/** @returns `[{at, text, anchor}]`; the first tick and midnight carry the date. */
export function timeTicks(from, to, scale) {
  const length = to - from;
  const wanted = length <= 2 * DAY_MS ? 4 : 5;
  const ticks = length <= 9 * DAY_MS && length > 2 * DAY_MS ? scale.ticks(d3.timeDay.every(2)) : scale.ticks(wanted);
  const [left, right] = scale.range();
  const labelled = ticks.filter((at) => at >= from && at <= to).map((at, index) => ({
    at, text: label(at, length, index === 0), anchor: anchor(scale(at), left, right),
  }));
  return withoutOverlap(labelled, scale);
}

/** Leaves out what would be written over the one before it. */
function withoutOverlap(ticks, scale) {
  let end = -Infinity;
  return ticks.filter(({ at, text, anchor: side }) => {
    const width = text.length * CHARACTER_WIDTH;
    const start = scale(at) - { start: 0, middle: width / 2, end: width }[side];
    if (start < end) return false;
    end = start + width + CHARACTER_WIDTH;
    return true;
  });
}

function label(at, length, isFirst) {
  if (length > 200 * DAY_MS) return monthYear(at);
  if (length > 2 * DAY_MS) return dayMonth(at);
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
  if (isMidnight) return dayMonth(at);
  return isFirst ? `${dayMonth(at)} ${hourMinute(at)}` : hourMinute(at);
}

function anchor(x, left, right) {
  if (x - left < 30) return "start";
  return right - x < 20 ? "end" : "middle";
}
