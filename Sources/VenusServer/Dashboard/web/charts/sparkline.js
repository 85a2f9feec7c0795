// A tiny line of the last values that were pushed.

const WIDTH = 150;
const HEIGHT = 30;
/** Two minutes of ticks. */
const MAXIMUM_VALUES = 120;
/** A share of the value: less than this each way is calm, and looks so. */
const LEAST_SLACK = 0.02;

export class Sparkline {
  #values = [];
  #area;
  #line;

  constructor(parent) {
    const svg = d3.select(parent).append("svg").attr("class", "spark").attr("aria-hidden", "true")
      .attr("viewBox", `0 0 ${WIDTH} ${HEIGHT}`).attr("preserveAspectRatio", "none");
    this.#area = svg.append("path").attr("class", "area");
    this.#line = svg.append("path").attr("vector-effect", "non-scaling-stroke");
  }

  clear() {
    this.#values = [];
    this.#draw();
  }

  /** @param value a number, or `null` for a gap. */
  push(value) {
    this.#values.push(value ?? null);
    if (this.#values.length > MAXIMUM_VALUES) this.#values.shift();
    this.#draw();
  }

  #draw() {
    const known = this.#values.filter((value) => value !== null);
    if (known.length < 2) {
      this.#line.attr("d", null);
      this.#area.attr("d", null);
      return;
    }
    const [low, high] = d3.extent(known);
    const slack = Math.max((high - low) * 0.15, (Math.abs(low + high) / 2 || 1) * LEAST_SLACK);
    const y = d3.scaleLinear([low - slack, high + slack], [HEIGHT - 2, 2]);
    const first = MAXIMUM_VALUES - this.#values.length;
    const x = (index) => ((first + index) / (MAXIMUM_VALUES - 1)) * WIDTH;
    const defined = (value) => value !== null;
    const over = (shape) => shape.defined(defined).x((_, index) => x(index));
    this.#line.attr("d", over(d3.line()).y((value) => y(value))(this.#values));
    this.#area.attr("d", over(d3.area()).y0(HEIGHT).y1((value) => y(value))(this.#values));
  }
}
