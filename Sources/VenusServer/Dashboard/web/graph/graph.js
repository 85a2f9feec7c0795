// The live dependency graph: what is shown and where, dragging, zooming, choosing.

import { byID, make, setText } from "../dom.js";
import { gradeMark, GRADES, word } from "../grade.js";
import { byWeight } from "../model.js";
import { drawArrows, drawEdges, drawLabels, drawNodes, drawTitles, labelWidth, MOVE_MS } from "./drawing.js";
import { curves, placeLabels } from "./edges.js";
import { boxFor, Layout } from "./layout.js";

/** More than this nobody can read: the heaviest and the worst are drawn, the table has them all. */
const MAXIMUM_EDGES = 250;
const HEIGHTS = { least: 280, most: 620 };
const LEAST_SCALE = 0.2;
/** Made smaller than this, names cannot be read: then the graph begins at its top, to be moved about. */
const READABLE_SCALE = 0.55;
const ZOOM_STEP = 1.3;

export class Graph {
  #onChoose;
  #layout = new Layout();
  #dragged = new Map();
  #placed = { places: new Map(), height: 0, columns: [] };
  #nodes = [];
  #edges = [];
  #spots = new Map();
  #signature = "";
  #chosen = null;
  /** Under the pointer or the focus. */
  #hovered = null;
  #width = 0;
  /** Whether somebody moved or zoomed the picture: then nodes that come and go leave it where it is. */
  #isMoved = false;
  #box = boxFor(0);
  #svg;
  #body;
  #zoom;

  /** @param onChoose called with the id of a node or an edge, or `null`. */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    this.#svg = d3.select("#graph").append("svg").attr("role", "group").attr("aria-label", "Dependency graph");
    drawArrows(this.#svg);
    this.#body = this.#svg.append("g").attr("class", "graph-body");
    for (const layer of ["titles", "edges", "nodes", "labels"]) this.#body.append("g").attr("class", layer);
    this.#zoom = d3.zoom().scaleExtent([LEAST_SCALE, 3])
      .filter(() => (d3.event.type === "wheel" ? d3.event.ctrlKey || d3.event.metaKey : !d3.event.button))
      .on("zoom", () => {
        this.#isMoved ||= d3.event.sourceEvent !== null;
        this.#body.attr("transform", d3.event.transform);
      });
    this.#svg.call(this.#zoom).on("dblclick.zoom", null).on("click", () => {
      if (d3.event.target === this.#svg.node()) this.#onChoose(null);
    });
    byID("zoom-in").addEventListener("click", () => this.#scale(ZOOM_STEP));
    byID("zoom-out").addEventListener("click", () => this.#scale(1 / ZOOM_STEP));
    byID("tidy").addEventListener("click", () => this.#tidy());
    new ResizeObserver(() => this.#resized()).observe(byID("graph"));
  }

  /** Draws what was pushed. Nodes stay where they are unless some come or go. */
  show(graph) {
    const all = [...graph.edges.values()].sort(byWeight);
    this.#edges = this.#select(all);
    const ends = new Set(this.#edges.flatMap((edge) => [edge.source.id, edge.target.id]));
    const isCut = all.length > MAXIMUM_EDGES;
    this.#nodes = [...graph.nodes.values()].filter((node) => ends.has(node.id) || !isCut);
    this.#note(isCut ? `The graph shows ${MAXIMUM_EDGES} of ${all.length} edges, worst and busiest first.`
      : this.#nodes.length === 0 ? "No dependencies in this view." : "");
    this.#counts(all);
    const signature = [...this.#nodes.map(({ id }) => id), ...this.#edges.map(({ id }) => id)].sort().join("\n");
    const isMoved = signature !== this.#signature;
    this.#signature = signature;
    if (isMoved) this.#arrange();
    this.#draw(isMoved);
  }

  /** Where there are too many: the worst, then those that are shown already, then the busiest. */
  #select(edges) {
    if (edges.length <= MAXIMUM_EDGES) return edges;
    const shown = new Set(this.#edges.map(({ id }) => id));
    const place = ({ id, grade }) => (grade === "poor" || grade === "fair" ? 0 : shown.has(id) ? 1 : 2);
    return d3.range(3).flatMap((wanted) => edges.filter((edge) => place(edge) === wanted)).slice(0, MAXIMUM_EDGES);
  }

  choose(id) {
    this.#chosen = id;
    this.#mark();
    this.#bringIntoView(id);
  }

  /** Moves the picture where what was chosen, in the table for instance, is out of sight. */
  #bringIntoView(id) {
    const edge = this.#edges.find((one) => one.id === id);
    const ends = edge ? [edge.source.id, edge.target.id] : this.#nodes.some((node) => node.id === id) ? [id] : [];
    if (ends.length === 0) return;
    const transform = d3.zoomTransform(this.#svg.node());
    const height = Number(this.#svg.attr("height"));
    const isInside = ends.map((end) => transform.apply([this.#place(end).x, this.#place(end).y]))
      .every(([x, y]) => x >= 0 && x <= this.#width && y >= 0 && y <= height);
    if (isInside) return;
    const [x, y] = ["x", "y"].map((axis) => d3.mean(ends, (end) => this.#place(end)[axis]));
    this.#isMoved = true;
    this.#svg.transition().duration(MOVE_MS).call(this.#zoom.translateTo, x, y);
  }

  #arrange() {
    this.#width = byID("graph").clientWidth;
    if (this.#width === 0) return;
    this.#box = boxFor(this.#width);
    this.#placed = this.#layout.place(new Map(this.#nodes.map((node) => [node.id, node])), this.#width, this.#box);
    for (const id of [...this.#dragged.keys()]) if (!this.#placed.places.has(id)) this.#dragged.delete(id);
    if (!this.#isMoved) this.#fit();
  }

  /**
   * The picture, with what was dragged about, fits the canvas: made smaller where it has to be and can still be read,
   * never larger.
   */
  #fit() {
    const { places, height: tall } = this.#placed;
    const room = { x: this.#box.width / 2 + 20, y: this.#box.height / 2 + 14 };
    const at = [...places.keys()].map(this.#place);
    const left = Math.min(0, ...at.map(({ x }) => x - room.x));
    const right = Math.max(0, ...at.map(({ x }) => x + room.x));
    const top = Math.min(0, ...at.map(({ y }) => y - room.y));
    const bottom = Math.max(tall, ...at.map(({ y }) => y + room.y));
    const wide = Math.min(1, this.#width / (right - left));
    const height = Math.min(HEIGHTS.most, Math.max(HEIGHTS.least, (bottom - top) * wide));
    const whole = Math.min(wide, height / (bottom - top));
    const scale = whole < READABLE_SCALE ? Math.max(READABLE_SCALE, wide * 0.8) : whole;
    const x = Math.max(0, (this.#width - (right - left) * scale) / 2) - left * scale;
    const y = Math.max(0, (height - (bottom - top) * scale) / 2) - top * scale;
    this.#svg.attr("height", height);
    this.#zoom.extent([[0, 0], [this.#width, height]]);
    this.#svg.call(this.#zoom.transform, d3.zoomIdentity.translate(x, y).scale(scale));
  }

  #scale(factor) {
    this.#isMoved = true;
    this.#svg.transition().duration(MOVE_MS).call(this.#zoom.scaleBy, factor);
  }

  #tidy() {
    this.#isMoved = false;
    this.#layout.clear();
    this.#dragged.clear();
    this.#spots.clear();
    this.#arrange();
    this.#draw(true);
  }

  #resized() {
    const width = byID("graph").clientWidth;
    if (width === this.#width || width === 0) return;
    for (const place of this.#dragged.values()) place.x *= width / (this.#width || width);
    this.#isMoved = false;
    this.#arrange();
    this.#draw(false);
    this.#bringIntoView(this.#chosen);
  }

  #place = (id) => this.#dragged.get(id) ?? this.#placed.places.get(id) ?? { x: 0, y: 0 };

  #draw(isMoved) {
    if (this.#placed.places.size === 0 && this.#nodes.length > 0) return;
    const [edges, nodes, box] = [this.#edges, this.#nodes, this.#box];
    const lines = curves(nodes, edges, this.#place, box);
    const labelled = edges.filter((edge) => edge.grade !== "idle" || edge.alert);
    const areas = nodes.map(({ id }) => ({ ...this.#place(id), ...box }));
    this.#spots = placeLabels(labelled, lines, labelWidth, areas, this.#spots);
    const prepare = (group) => this.#interactive(group);
    const prepareNode = (group) => prepare(group).call(this.#drag());
    drawTitles(this.#body.select(".titles"), this.#placed.columns, box);
    drawEdges(this.#body.select(".edges"), edges, lines, isMoved, prepare);
    drawLabels(this.#body.select(".labels"), labelled, this.#spots, isMoved);
    drawNodes(this.#body.select(".nodes"), nodes, this.#place, box, isMoved, prepareNode);
    this.#mark();
  }

  #interactive(group) {
    const choose = (item) => this.#onChoose(item.id);
    return group.on("click", choose)
      .on("keydown", (item) => {
        if (d3.event.key !== "Enter" && d3.event.key !== " ") return;
        d3.event.preventDefault();
        choose(item);
      })
      .on("mouseenter focus", (item) => this.#hover(item.id))
      .on("mouseleave blur", () => this.#hover(null));
  }

  #drag() {
    return d3.drag().clickDistance(4)
      .subject((node) => ({ ...this.#place(node.id) }))
      .on("drag", (node) => {
        this.#dragged.set(node.id, { x: d3.event.x, y: d3.event.y });
        this.#draw(false);
      });
  }

  #hover(id) {
    this.#hovered = id;
    this.#mark();
  }

  /** Marks what is chosen, and what belongs to the item under the pointer or the focus. */
  #mark() {
    const hovered = this.#hovered;
    const near = new Set();
    for (const edge of this.#edges) {
      if (![edge.id, edge.source.id, edge.target.id].includes(hovered)) continue;
      near.add(edge.id).add(edge.source.id).add(edge.target.id);
    }
    this.#body.classed("focused", near.size > 0);
    this.#body.selectAll(".edge, .node, .label")
      .classed("near", (item) => near.has(item.id)).classed("chosen", (item) => item.id === this.#chosen);
    this.#body.selectAll(".edge, .node").attr("aria-pressed", (item) => String(item.id === this.#chosen));
  }

  #counts(edges) {
    const counts = d3.nest().key((edge) => edge.grade).rollup((group) => group.length).object(edges);
    byID("grades").replaceChildren(...GRADES.filter((grade) => counts[grade]).map((grade) =>
      make("li", {}, gradeMark(grade, { text: `${counts[grade]} ${word(grade).toLowerCase()}` }))));
  }

  #note(text) {
    setText(byID("graph-note"), text);
    byID("graph-note").hidden = text === "";
  }
}
