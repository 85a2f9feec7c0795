// What the charts over time share: where they draw, their axes, and gaps that stay gaps.

import { isKnown } from "../format.js";
import { timeTicks } from "./time-axis.js";

export const SIZE = { width: 352, height: 92 };
export const PLOT = { left: 46, right: 346, top: 6, bottom: 74 };
let lastID = 0;

/** From the bottom of the plot to its top, with round numbers at its ends and its middle. */
export const upwards = (domain) => d3.scaleLinear(domain, [PLOT.bottom, PLOT.top]).nice(4);

/** Lines at the ends and the middle of the scale, and the ticks of the time. */
export function drawAxes(svg, x, y, { from, to }, text) {
  for (const value of y.domain().concat(d3.mean(y.domain()))) {
    svg.append("line").attr("class", "grid").attr("x1", PLOT.left).attr("x2", PLOT.right)
      .attr("y1", y(value)).attr("y2", y(value));
    svg.append("text").attr("class", "tick").attr("x", PLOT.left - 5).attr("y", y(value)).attr("dy", "0.32em")
      .attr("text-anchor", "end").text(text(value));
  }
  for (const { at, text: label, anchor } of timeTicks(from, to, x)) {
    svg.append("line").attr("class", "grid").attr("x1", x(at)).attr("x2", x(at))
      .attr("y1", PLOT.bottom).attr("y2", PLOT.bottom + 4);
    svg.append("text").attr("class", "tick").attr("x", x(at)).attr("y", PLOT.bottom + 15)
      .attr("text-anchor", anchor).text(label);
  }
}

/** A group in which nothing is drawn beyond the plot. */
export function clipped(svg) {
  lastID += 1;
  svg.append("clipPath").attr("id", `plot-${lastID}`).append("rect").attr("x", PLOT.left).attr("y", 0)
    .attr("width", PLOT.right - PLOT.left + 4).attr("height", PLOT.bottom + 2);
  return svg.append("g").attr("clip-path", `url(#plot-${lastID})`);
}

/** The time that is looked at, where it is within the plot. */
export function drawMark(svg, x, mark) {
  if (!mark || x(mark) < PLOT.left || x(mark) > PLOT.right) return;
  svg.append("line").attr("class", "mark-line").attr("x1", x(mark)).attr("x2", x(mark))
    .attr("y1", PLOT.top - 4).attr("y2", PLOT.bottom);
}

/** Puts a gap between buckets that do not follow each other. @param points `[{at, coverage, value}]` in order. */
export function withGaps(points, stepSeconds) {
  const row = [];
  for (const { at, coverage, value } of points) {
    const last = row[row.length - 1];
    if (last && at - last.at > stepSeconds * 1_500) {
      row.push({ at: new Date(+last.at + stepSeconds * 1_000), value: null, coverage: 0 });
    }
    row.push({ at, coverage: coverage ?? 1, value: isKnown(value) ? value : null });
  }
  return row;
}

/** A point between two gaps, which makes no line. */
export const isLone = (points, index) =>
  [index - 1, index + 1].every((beside) => (points[beside]?.value ?? null) === null);

/** Of those with a value the nearest in time. */
export function nearest(points, at) {
  const known = points.filter(({ value }) => value !== null);
  return known[d3.scan(known, (one, other) => Math.abs(one.at - at) - Math.abs(other.at - at))];
}
