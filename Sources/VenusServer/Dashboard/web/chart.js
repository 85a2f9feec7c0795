// A small line chart over time, where gaps stay gaps.

import { make, setText } from "./dom.js";
import { isKnown, moment } from "./format.js";
import { timeTicks } from "./time-axis.js";

const SIZE = { width: 352, height: 92 };
const PLOT = { left: 46, right: 346, top: 6, bottom: 74 };
let lastID = 0;

export class Chart {
  #kind;
  #svg;
  #reading = make("strong");
  #note = make("span");
  #id = (lastID += 1);
  #points = [];
  #x = null;
  #total = "";

  /**
   * @param kind `title`, `value(kpis)`, `text(value)`; `isShare`: a fraction up to 1; `isArea`: filled from 0;
   *   `whole(points, view)`: the figure of the whole range, unless it is that of the totals; `note(totals)`: what to
   *   say beside the title of how the figures came about.
   */
  constructor(parent, kind) {
    this.#kind = kind;
    const head = make("div", { class: "chart-head" }, make("span", {}, kind.title, this.#note), this.#reading);
    const holder = make("div", { class: "chart" }, head);
    parent.append(holder);
    this.#svg = d3.select(holder).append("svg").attr("viewBox", `0 0 ${SIZE.width} ${SIZE.height}`)
      .attr("role", "img").attr("aria-label", kind.title);
    this.#svg.on("mousemove touchmove", () => this.#point()).on("mouseleave touchend", () => this.#rest());
  }

  clear() {
    this.#points = [];
    this.#svg.selectAll("*").remove();
    setText(this.#reading, "");
    setText(this.#note, "");
  }

  /** @param points `[{at, coverage, kpis}]` in order of time; `view`: `from`, `to`, `stepSeconds`, `totals`. */
  show(points, view) {
    this.#points = withGaps(points, this.#kind.value, view.stepSeconds);
    this.#x = d3.scaleTime([view.from, view.to], [PLOT.left, PLOT.right]);
    this.#svg.selectAll("*").remove();
    const known = this.#points.filter(({ value }) => value !== null);
    this.#total = this.#kind.text(this.#kind.whole ? this.#kind.whole(points, view) : this.#kind.value(view.totals));
    const note = this.#kind.note?.(view.totals) ?? "";
    setText(this.#note, note && ` ${note}`);
    const span = `${moment(view.from)} to ${moment(view.to)}`;
    this.#svg.attr("aria-label", `${this.#kind.title}, ${span}: ${this.#total} in all`);
    const y = this.#scale(known.map(({ value }) => value));
    this.#axes(y, view);
    this.#curve(y);
    this.#svg.append("line").attr("class", "cursor").attr("y1", PLOT.top).attr("y2", PLOT.bottom)
      .attr("visibility", "hidden");
    this.#svg.append("circle").attr("class", "point").attr("r", 3.5).attr("visibility", "hidden");
    this.#svg.property("__y", y);
    this.#rest();
  }

  #scale(values) {
    const low = d3.min(values) ?? 0;
    const high = d3.max(values) ?? 1;
    // Availability lives near 100 %: its axis begins below the worst, the others at nothing.
    const domain = this.#kind.isShare ? [Math.max(0, Math.min(0.99, low - (1 - low) * 0.15)), 1] : [0, high * 1.1 || 1];
    return d3.scaleLinear(domain, [PLOT.bottom, PLOT.top]);
  }

  #axes(y, view) {
    for (const value of y.domain().concat(d3.mean(y.domain()))) {
      this.#svg.append("line").attr("class", "grid").attr("x1", PLOT.left).attr("x2", PLOT.right)
        .attr("y1", y(value)).attr("y2", y(value));
      this.#svg.append("text").attr("class", "tick").attr("x", PLOT.left - 5).attr("y", y(value)).attr("dy", "0.32em")
        .attr("text-anchor", "end").text(this.#kind.text(value));
    }
    for (const { at, text, anchor } of timeTicks(view.from, view.to, this.#x)) {
      this.#svg.append("line").attr("class", "grid").attr("x1", this.#x(at)).attr("x2", this.#x(at))
        .attr("y1", PLOT.bottom).attr("y2", PLOT.bottom + 4);
      this.#svg.append("text").attr("class", "tick").attr("x", this.#x(at)).attr("y", PLOT.bottom + 15)
        .attr("text-anchor", anchor).text(text);
    }
  }

  #curve(y) {
    const line = (shape) => shape.defined(({ value }) => value !== null).x(({ at }) => this.#x(at));
    const clip = `plot-${this.#id}`;
    this.#svg.append("clipPath").attr("id", clip).append("rect").attr("x", PLOT.left).attr("y", 0)
      .attr("width", PLOT.right - PLOT.left + 4).attr("height", PLOT.bottom + 2);
    const plot = this.#svg.append("g").attr("clip-path", `url(#${clip})`);
    if (this.#kind.isArea) {
      plot.append("path").attr("class", "area")
        .attr("d", line(d3.area()).y0(y(0)).y1(({ value }) => y(value))(this.#points));
    }
    plot.append("path").attr("class", "curve").attr("d", line(d3.line()).y(({ value }) => y(value))(this.#points));
    // A point between two gaps makes no line, and a bucket that is only partly covered is a ring.
    const dots = this.#points.filter(({ value, coverage }, index) =>
      value !== null && (isLone(this.#points, index) || coverage < 0.99));
    plot.selectAll("circle").data(dots).join("circle")
      .attr("cx", ({ at }) => this.#x(at)).attr("cy", ({ value }) => y(value)).attr("r", 2.2)
      .attr("class", ({ coverage }) => (coverage < 0.99 ? "partial" : "lone"));
  }

  #point() {
    if (this.#points.length === 0) return;
    const [x] = d3.mouse(this.#svg.node());
    const at = this.#x.invert(x);
    const point = d3.scan(this.#points.filter(({ value }) => value !== null), (one, other) =>
      Math.abs(one.at - at) - Math.abs(other.at - at));
    const nearest = this.#points.filter(({ value }) => value !== null)[point];
    if (!nearest) return;
    const y = this.#svg.property("__y")(nearest.value);
    this.#svg.select(".cursor").attr("visibility", null)
      .attr("x1", this.#x(nearest.at)).attr("x2", this.#x(nearest.at));
    this.#svg.select(".point").attr("visibility", null).attr("cx", this.#x(nearest.at)).attr("cy", y);
    const part = nearest.coverage < 0.99 ? ` (${Math.round(nearest.coverage * 100)} % covered)` : "";
    setText(this.#reading, `${moment(nearest.at)} · ${this.#kind.text(nearest.value)}${part}`);
  }

  #rest() {
    this.#svg.selectAll(".cursor, .point").attr("visibility", "hidden");
    setText(this.#reading, this.#total);
  }
}

/** Puts a gap between buckets that do not follow each other. */
function withGaps(points, value, stepSeconds) {
  const row = [];
  for (const point of points) {
    const last = row[row.length - 1];
    if (last && point.at - last.at > stepSeconds * 1_500) {
      row.push({ at: new Date(+last.at + stepSeconds * 1_000), value: null, coverage: 0 });
    }
    const found = value(point.kpis);
    row.push({ at: point.at, coverage: point.coverage ?? 1, value: isKnown(found) ? found : null });
  }
  return row;
}

const isLone = (points, index) => [index - 1, index + 1].every((beside) => (points[beside]?.value ?? null) === null);
