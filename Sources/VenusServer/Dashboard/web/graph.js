// The live dependency graph: drawing, dragging, zooming, choosing.

import { byID, make, setText } from "./dom.js";
import { milliseconds, rate } from "./format.js";
import { gradeMark, GRADES, shape, word } from "./grade.js";
import { curves, labelGlyph, labelHeight, labelWidth, pathOf, placeLabels, widthScale } from "./graph-edges.js";
import { boxFor, Layout } from "./graph-layout.js";
import { describeEdge, describeNode } from "./describe.js";
import { byWeight } from "./model.js";
import { fit } from "./text-fit.js";

/** More than this nobody can read: the heaviest and the worst are drawn, the table has them all. */
const MAXIMUM_EDGES = 250;
const HEIGHTS = { least: 280, most: 620 };
const LEAST_SCALE = 0.2;
const MOVE_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350;
const NAME_FONT = `600 13px ${getComputedStyle(document.body).fontFamily}`;
const NAME_ROOM = { left: 46, right: 14 };

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
  #width = 0;
  #box = boxFor(0);
  #svg;
  #body;
  #zoom;

  /** @param onChoose called with the id of a node or an edge, or `null`. */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    this.#svg = d3.select("#graph").append("svg").attr("role", "group").attr("aria-label", "Dependency graph");
    this.#arrows();
    this.#body = this.#svg.append("g").attr("class", "graph-body");
    for (const layer of ["titles", "edges", "nodes", "labels"]) this.#body.append("g").attr("class", layer);
    this.#zoom = d3.zoom().scaleExtent([LEAST_SCALE, 3])
      .filter(() => (d3.event.type === "wheel" ? d3.event.ctrlKey || d3.event.metaKey : !d3.event.button))
      .on("zoom", () => this.#body.attr("transform", d3.event.transform));
    this.#svg.call(this.#zoom).on("dblclick.zoom", null).on("click", () => {
      if (d3.event.target === this.#svg.node()) this.#onChoose(null);
    });
    byID("zoom-in").addEventListener("click", () => this.#svg.transition().duration(MOVE_MS).call(this.#zoom.scaleBy, 1.3));
    byID("zoom-out").addEventListener("click", () => this.#svg.transition().duration(MOVE_MS).call(this.#zoom.scaleBy, 1 / 1.3));
    byID("tidy").addEventListener("click", () => this.#tidy());
    new ResizeObserver(() => this.#resized()).observe(byID("graph"));
  }

  /** Draws what was pushed. Nodes stay where they are unless some come or go. */
  show(graph) {
    const all = [...graph.edges.values()].sort(byWeight);
    this.#edges = all.slice(0, MAXIMUM_EDGES);
    const ends = new Set(this.#edges.flatMap((edge) => [edge.source.id, edge.target.id]));
    const isCut = all.length > MAXIMUM_EDGES;
    this.#nodes = [...graph.nodes.values()].filter((node) => ends.has(node.id) || !isCut);
    this.#note(isCut ? `The graph shows ${MAXIMUM_EDGES} of ${all.length} edges, worst and busiest first.` : "");
    this.#counts(all);
    const signature = [...this.#nodes.map(({ id }) => id), ...this.#edges.map(({ id }) => id)].sort().join("\n");
    const isMoved = signature !== this.#signature;
    this.#signature = signature;
    if (isMoved) this.#arrange();
    this.#draw(isMoved);
  }

  choose(id) {
    this.#chosen = id;
    this.#mark();
  }

  #arrange() {
    this.#width = byID("graph").clientWidth;
    if (this.#width === 0) return;
    this.#box = boxFor(this.#width);
    this.#placed = this.#layout.place(new Map(this.#nodes.map((node) => [node.id, node])), this.#width, this.#box);
    for (const id of [...this.#dragged.keys()]) if (!this.#placed.places.has(id)) this.#dragged.delete(id);
    this.#fit();
  }

  /** The picture, with what was dragged about, fits the canvas: made smaller where it has to be, never larger. */
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
    const scale = Math.max(LEAST_SCALE, Math.min(wide, height / (bottom - top)));
    const x = Math.max(0, (this.#width - (right - left) * scale) / 2) - left * scale;
    const y = Math.max(0, (height - (bottom - top) * scale) / 2) - top * scale;
    this.#svg.attr("height", height);
    this.#zoom.extent([[0, 0], [this.#width, height]]);
    this.#svg.call(this.#zoom.transform, d3.zoomIdentity.translate(x, y).scale(scale));
  }

  #tidy() {
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
    this.#arrange();
    this.#draw(false);
  }

  #place = (id) => this.#dragged.get(id) ?? this.#placed.places.get(id) ?? { x: 0, y: 0 };

  #draw(isMoved) {
    if (this.#placed.places.size === 0 && this.#nodes.length > 0) return;
    this.#drawTitles();
    this.#drawEdges(isMoved);
    this.#drawNodes(isMoved);
    this.#mark();
  }

  #drawTitles() {
    const titles = this.#placed.columns.length === 2 ? ["SERVICES", "DEPENDENCIES"] : [];
    this.#body.select(".titles").selectAll("text").data(titles).join("text").attr("class", "column-title")
      .attr("x", (_, index) => this.#placed.columns[index] - this.#box.width / 2 + 2).attr("y", 20).text((title) => title);
  }

  #drawEdges(isMoved) {
    const lines = curves(this.#nodes, this.#edges, this.#place, this.#box);
    const width = widthScale(this.#edges);
    const joined = this.#body.select(".edges").selectAll("g.edge").data(this.#edges, (edge) => edge.id).join((enter) => {
      const group = enter.append("g").attr("class", "edge").attr("tabindex", 0).attr("role", "button");
      group.append("path").attr("class", "hit");
      group.append("path").attr("class", "line");
      group.append("title");
      return this.#interactive(group);
    });
    joined.attr("data-grade", (edge) => edge.grade).attr("aria-label", describeEdge);
    joined.select("title").text(describeEdge);
    joined.select(".line").attr("stroke-width", width).attr("marker-end", (edge) => `url(#arrow-${edge.grade})`);
    for (const part of [".hit", ".line"]) {
      const path = joined.select(part);
      const fresh = path.filter(function () { return !this.hasAttribute("d"); });
      fresh.attr("d", (edge) => pathOf(lines.get(edge.id)));
      (isMoved ? path.transition().duration(MOVE_MS) : path).attr("d", (edge) => pathOf(lines.get(edge.id)));
    }
    this.#drawLabels(lines, isMoved);
  }

  #drawLabels(lines, isMoved) {
    const text = (edge) => `${rate(edge.kpis.load?.calls_per_minute)}/min · p95 ${milliseconds(edge.kpis.response_time_ms?.p95)}`;
    const isMarked = (edge) => edge.grade === "fair" || edge.grade === "poor";
    const widthOf = (edge) => labelWidth(text(edge)) + (isMarked(edge) ? labelGlyph : 0);
    const shown = this.#edges.filter((edge) => edge.grade !== "idle");
    this.#spots = placeLabels(shown, lines, widthOf, this.#nodes.map(({ id }) => ({ ...this.#place(id), ...this.#box })), this.#spots);
    const joined = this.#body.select(".labels").selectAll("g.label").data(shown, (edge) => edge.id).join((enter) => {
      const group = enter.append("g").attr("class", "label").attr("aria-hidden", "true");
      group.append("rect").attr("height", labelHeight).attr("y", -labelHeight / 2).attr("rx", labelHeight / 2);
      group.append("path").attr("class", "grade-glyph").attr("fill-rule", "evenodd");
      group.append("text").attr("dy", "0.35em");
      return group;
    });
    const at = (edge) => `translate(${this.#spots.get(edge.id).x},${this.#spots.get(edge.id).y})`;
    joined.attr("data-grade", (edge) => edge.grade).classed("covered", (edge) => this.#spots.get(edge.id).covered);
    joined.filter(function () { return !this.hasAttribute("transform"); }).attr("transform", at);
    (isMoved ? joined.transition().duration(MOVE_MS) : joined).attr("transform", at);
    joined.select("rect").attr("width", widthOf).attr("x", (edge) => -widthOf(edge) / 2);
    joined.select("text").text(text).attr("x", (edge) => (isMarked(edge) ? labelGlyph / 2 : 0));
    joined.select(".grade-glyph").attr("d", (edge) => (isMarked(edge) ? shape(edge.grade) : null))
      .attr("transform", (edge) => `translate(${-widthOf(edge) / 2 + 7},-5.5) scale(0.69)`);
  }

  #drawNodes(isMoved) {
    const joined = this.#body.select(".nodes").selectAll("g.node").data(this.#nodes, (node) => node.id).join((enter) => {
      const group = enter.append("g").attr("class", "node").attr("tabindex", 0).attr("role", "button");
      group.append("rect").attr("class", "box");
      group.append("circle").attr("class", "mark-ground").attr("r", 14);
      group.append("path").attr("class", "grade-mark").attr("fill-rule", "evenodd");
      group.append("text").attr("class", "name").attr("y", -3);
      group.append("text").attr("class", "figures").attr("y", 14);
      group.append("title");
      return this.#interactive(group).call(this.#drag());
    });
    const at = (node) => `translate(${this.#place(node.id).x},${this.#place(node.id).y})`;
    joined.filter(function () { return !this.hasAttribute("transform"); }).attr("transform", at);
    (isMoved ? joined.transition().duration(MOVE_MS) : joined).attr("transform", at);
    joined.attr("data-grade", (node) => node.grade).attr("aria-label", describeNode);
    joined.select("title").text(describeNode);
    const { width, height } = this.#box;
    joined.select(".box").attr("x", -width / 2).attr("y", -height / 2).attr("width", width).attr("height", height)
      .attr("rx", (node) => (node.kind === "service" ? height / 2 : 10));
    joined.select(".mark-ground").attr("cx", 24 - width / 2);
    joined.select(".grade-mark").attr("transform", `translate(${16.5 - width / 2},-7.5) scale(0.94)`);
    joined.select(".name").attr("x", NAME_ROOM.left - width / 2);
    joined.select(".figures").attr("x", NAME_ROOM.left - width / 2);
    joined.select(".grade-mark").attr("d", (node) => shape(node.grade));
    joined.select(".name").text((node) => fit(node.name, width - NAME_ROOM.left - NAME_ROOM.right, NAME_FONT));
    joined.select(".figures").text((node) => (node.grade === "idle" ? "idle"
      : `${rate(node.kpis?.load?.calls_per_minute)}/min · p95 ${milliseconds(node.kpis?.response_time_ms?.p95)}`));
  }

  #interactive(group) {
    const choose = (item) => this.#onChoose(item.id);
    return group.on("click", choose)
      .on("keydown", (item) => {
        if (d3.event.key !== "Enter" && d3.event.key !== " ") return;
        d3.event.preventDefault();
        choose(item);
      })
      .on("mouseenter focus", (item) => this.#mark(item.id))
      .on("mouseleave blur", () => this.#mark());
  }

  #drag() {
    return d3.drag().clickDistance(4)
      .subject((node) => ({ ...this.#place(node.id) }))
      .on("drag", (node) => {
        this.#dragged.set(node.id, { x: d3.event.x, y: d3.event.y });
        this.#draw(false);
      });
  }

  /** Marks what is chosen, and what belongs to the item under the pointer or the focus. */
  #mark(hovered = null) {
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

  #arrows() {
    this.#svg.append("defs").selectAll("marker").data(GRADES).join("marker")
      .attr("id", (grade) => `arrow-${grade}`).attr("viewBox", "0 0 10 10").attr("refX", 4).attr("refY", 5)
      .attr("markerWidth", 11).attr("markerHeight", 11).attr("markerUnits", "userSpaceOnUse").attr("orient", "auto")
      .append("path").attr("class", "arrow").attr("data-grade", (grade) => grade).attr("d", "M0,0.5 L10,5 L0,9.5 Z");
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
