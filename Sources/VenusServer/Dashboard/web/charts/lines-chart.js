// A small chart of several lines over time, each with its name and what it was last.

import { make, setText } from "../dom.js";
import { moment, NOTHING } from "../format.js";
import { clipped, drawAxes, drawMark, isLone, nearest, PLOT, SIZE, upwards, withGaps } from "./plot.js";

/** As many as there are colours; further ones are left out, and said to be. */
const MAXIMUM_LINES = 6;

export class LinesChart {
  #kind;
  #svg;
  #time = make("span", { class: "muted" });
  #legend = make("ul", { class: "legend" });
  #readings = [];
  #lines = [];
  #x = null;
  #y = null;

  /**
   * @param kind `title`, `text(value)`; `isShare`: a fraction, of which no more than the whole is shown; `least`: up to
   *   which value the scale goes at least; `onChoose(date)`: a time was clicked at.
   */
  constructor(parent, kind) {
    this.#kind = kind;
    const head = make("div", { class: "chart-head" }, make("span", {}, kind.title), this.#time);
    this.element = make("div", { class: "chart lines" }, head);
    parent.append(this.element);
    this.#svg = d3.select(this.element).append("svg").attr("viewBox", `0 0 ${SIZE.width} ${SIZE.height}`)
      .attr("role", "img").attr("aria-label", kind.title);
    this.element.append(this.#legend);
    this.#svg.on("mousemove touchmove", () => this.#point()).on("mouseleave touchend", () => this.#rest())
      .on("click", () => this.#choose());
  }

  /** @param lines `[{name, points: [{at, coverage, value}]}]`; `view`: `from`, `to`, `stepSeconds`, `mark`. */
  show(lines, view) {
    this.#lines = lines.slice(0, MAXIMUM_LINES)
      .map(({ name, points }) => ({ name, points: withGaps(points, view.stepSeconds) }));
    this.#svg.selectAll("*").remove();
    this.#x = d3.scaleTime([view.from, view.to], [PLOT.left, PLOT.right]);
    const high = Math.max(d3.max(this.#lines, ({ points }) => d3.max(points, ({ value }) => value)) ?? 0, 0) * 1.15;
    const top = Math.max(high, this.#kind.least ?? 0) || 1;
    this.#y = upwards([0, this.#kind.isShare ? Math.min(1, top) : top]);
    drawAxes(this.#svg, this.#x, this.#y, view, this.#kind.text);
    const plot = clipped(this.#svg);
    this.#lines.forEach(({ points }, index) => this.#draw(plot, points, index));
    drawMark(this.#svg, this.#x, view.mark);
    this.#svg.append("line").attr("class", "cursor").attr("y1", PLOT.top).attr("y2", PLOT.bottom)
      .attr("visibility", "hidden");
    this.#fillLegend(lines.length - this.#lines.length);
    this.#rest();
    const last = this.#lines.map(({ name }, index) => `${name} ${this.#readings[index].textContent}`).join(", ");
    const span = `${moment(view.from)} to ${moment(view.to)}`;
    this.#svg.attr("aria-label", `${this.#kind.title}, ${span}: last ${last || NOTHING}`);
  }

  #draw(plot, points, index) {
    const shape = d3.line().defined(({ value }) => value !== null)
      .x(({ at }) => this.#x(at)).y(({ value }) => this.#y(value));
    plot.append("path").attr("class", `curve series-${index}`).attr("d", shape(points));
    const lone = points.filter(({ value }, place) => value !== null && isLone(points, place));
    plot.append("g").attr("class", `dots series-${index}`).selectAll("circle").data(lone).join("circle")
      .attr("cx", ({ at }) => this.#x(at)).attr("cy", ({ value }) => this.#y(value)).attr("r", 2.2);
  }

  #fillLegend(rest) {
    this.#readings = this.#lines.map(() => make("strong"));
    const items = this.#lines.map(({ name }, index) => make("li", {},
      make("span", { class: `swatch series-${index}`, "aria-hidden": "true" }),
      make("span", { class: "name", title: name }, name), this.#readings[index]));
    if (rest > 0) items.push(make("li", { class: "muted" }, `and ${rest} more`));
    this.#legend.replaceChildren(...items);
  }

  #at() {
    const [x] = d3.mouse(this.#svg.node());
    return this.#x.invert(x);
  }

  #point() {
    if (!this.#x) return;
    const at = this.#at();
    const points = this.#lines.map(({ points: all }) => nearest(all, at));
    const first = points.find(Boolean);
    if (!first) return;
    this.#svg.select(".cursor").attr("visibility", null).attr("x1", this.#x(first.at)).attr("x2", this.#x(first.at));
    setText(this.#time, moment(first.at));
    points.forEach((point, index) => setText(this.#readings[index], point ? this.#kind.text(point.value) : NOTHING));
  }

  #choose() {
    if (!this.#x || !this.#kind.onChoose) return;
    const at = this.#at();
    const [from, to] = this.#x.domain();
    if (at >= from && at <= to) this.#kind.onChoose(at);
  }

  #rest() {
    this.#svg.selectAll(".cursor").attr("visibility", "hidden");
    setText(this.#time, "");
    this.#lines.forEach(({ points }, index) => {
      const last = [...points].reverse().find(({ value }) => value !== null);
      setText(this.#readings[index], last ? this.#kind.text(last.value) : NOTHING);
    });
  }
}
