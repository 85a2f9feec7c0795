// A small line chart over time, where gaps stay gaps.

import { make, setText } from "../dom.js";
import { moment } from "../format.js";
import { clipped, drawAxes, drawMark, isLone, nearest, PLOT, SIZE, upwards, withGaps } from "./plot.js";

export class Chart {
  #kind;
  #svg;
  #reading = make("strong");
  #note = make("span");
  #points = [];
  #x = null;
  #y = null;
  #total = "";

  /**
   * @param kind `title`, `value(kpis)`, `text(value)`; `isShare`: a fraction up to 1; `isArea`: filled from 0;
   *   `whole(points, view)`: the figure of the whole range, unless it is that of the totals; `note(totals)`: what to
   *   say beside the title of how the figures came about; `onChoose(date)`: a time was clicked at.
   */
  constructor(parent, kind) {
    this.#kind = kind;
    const head = make("div", { class: "chart-head" }, make("span", {}, kind.title, this.#note), this.#reading);
    const holder = make("div", { class: "chart" }, head);
    parent.append(holder);
    this.#svg = d3.select(holder).append("svg").attr("viewBox", `0 0 ${SIZE.width} ${SIZE.height}`)
      .attr("role", "img").attr("aria-label", kind.title);
    this.#svg.on("mousemove touchmove", () => this.#point()).on("mouseleave touchend", () => this.#rest())
      .on("click", () => this.#choose());
  }

  clear() {
    this.#points = [];
    this.#svg.selectAll("*").remove();
    setText(this.#reading, "");
    setText(this.#note, "");
  }

  /** @param points `[{at, coverage, kpis}]` in order of time; `view`: `from`, `to`, `stepSeconds`, `totals`, `mark`. */
  show(points, view) {
    const values = points.map(({ at, coverage, kpis }) => ({ at, coverage, value: this.#kind.value(kpis) }));
    this.#points = withGaps(values, view.stepSeconds);
    this.#x = d3.scaleTime([view.from, view.to], [PLOT.left, PLOT.right]);
    this.#svg.selectAll("*").remove();
    const known = this.#points.filter(({ value }) => value !== null);
    this.#total = this.#kind.text(this.#kind.whole ? this.#kind.whole(points, view) : this.#kind.value(view.totals));
    const note = this.#kind.note?.(view.totals) ?? "";
    setText(this.#note, note && ` ${note}`);
    const span = `${moment(view.from)} to ${moment(view.to)}`;
    this.#svg.attr("aria-label", `${this.#kind.title}, ${span}: ${this.#total} in all`);
    this.#y = this.#scale(known.map(({ value }) => value));
    drawAxes(this.#svg, this.#x, this.#y, view, this.#kind.text);
    this.#curve();
    drawMark(this.#svg, this.#x, view.mark);
    this.#svg.append("line").attr("class", "cursor").attr("y1", PLOT.top).attr("y2", PLOT.bottom)
      .attr("visibility", "hidden");
    this.#svg.append("circle").attr("class", "point").attr("r", 3.5).attr("visibility", "hidden");
    this.#rest();
  }

  #scale(values) {
    const low = d3.min(values) ?? 0;
    const high = d3.max(values) ?? 1;
    // Availability lives near 100 %: its axis begins below the worst, the others at nothing.
    const domain = this.#kind.isShare ? [Math.max(0, Math.min(0.99, low - (1 - low) * 0.15)), 1] : [0, high * 1.1 || 1];
    return upwards(domain);
  }

  #curve() {
    const y = this.#y;
    const line = (shape) => shape.defined(({ value }) => value !== null).x(({ at }) => this.#x(at));
    const plot = clipped(this.#svg);
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

  #at() {
    const [x] = d3.mouse(this.#svg.node());
    return this.#x.invert(x);
  }

  #point() {
    const point = this.#points.length > 0 ? nearest(this.#points, this.#at()) : null;
    if (!point) return;
    this.#svg.select(".cursor").attr("visibility", null).attr("x1", this.#x(point.at)).attr("x2", this.#x(point.at));
    this.#svg.select(".point").attr("visibility", null).attr("cx", this.#x(point.at)).attr("cy", this.#y(point.value));
    const part = point.coverage < 0.99 ? ` (${Math.round(point.coverage * 100)} % covered)` : "";
    setText(this.#reading, `${moment(point.at)} · ${this.#kind.text(point.value)}${part}`);
  }

  #choose() {
    if (this.#points.length === 0 || !this.#kind.onChoose) return;
    const at = this.#at();
    const [from, to] = this.#x.domain();
    if (at >= from && at <= to) this.#kind.onChoose(at);
  }

  #rest() {
    this.#svg.selectAll(".cursor, .point").attr("visibility", "hidden");
    setText(this.#reading, this.#total);
  }
}
