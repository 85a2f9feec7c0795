// Draws the parts of the graph into its layers. `isMoved`: nodes have come or gone, the others glide to their places.

import { BELL } from "../alerts/bell.js";
import { describeEdge, describeNode, shortFigures } from "../describe.js";
import { GRADES, shape } from "../grade.js";
import { pathOf, widthScale } from "./edges.js";
import { fit, widthOf } from "./text-fit.js";

export const MOVE_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350;
const FACE = getComputedStyle(document.body).fontFamily;
const NAME_FONT = `600 13px ${FACE}`;
/** As bold as that of fair and poor edges: others have a little room to spare. */
const LABEL_FONT = `600 11px ${FACE}`;
const NAME_ROOM = { left: 46, right: 14 };
const LABEL = { height: 18, padding: 8, glyph: 14 };

/** The heads of the lines, one a grade. */
export function drawArrows(svg) {
  svg.append("defs").selectAll("marker").data(GRADES).join("marker")
    .attr("id", (grade) => `arrow-${grade}`).attr("viewBox", "0 0 10 10").attr("refX", 4).attr("refY", 5)
    .attr("markerWidth", 11).attr("markerHeight", 11).attr("markerUnits", "userSpaceOnUse").attr("orient", "auto")
    .append("path").attr("class", "arrow").attr("data-grade", (grade) => grade).attr("d", "M0,0.5 L10,5 L0,9.5 Z");
}

export function drawTitles(layer, columns, box) {
  layer.selectAll("text").data(columns.length === 2 ? ["SERVICES", "DEPENDENCIES"] : []).join("text")
    .attr("class", "column-title").attr("x", (_, index) => columns[index] - box.width / 2 + 2).attr("y", 20)
    .text((title) => title);
}

/** @param prepare makes new elements answer to pointer and keyboard. */
export function drawEdges(layer, edges, lines, isMoved, prepare) {
  const joined = layer.selectAll("g.edge").data(edges, (edge) => edge.id).join((enter) => {
    const group = enter.append("g").attr("class", "edge").attr("tabindex", 0).attr("role", "button");
    group.append("path").attr("class", "halo");
    group.append("path").attr("class", "hit");
    group.append("path").attr("class", "line");
    group.append("title");
    return prepare(group);
  });
  joined.attr("data-grade", (edge) => edge.grade).attr("data-alert", (edge) => edge.alert ?? null)
    .attr("aria-label", describeEdge);
  joined.select("title").text(describeEdge);
  joined.select(".line").attr("stroke-width", widthScale(edges))
    .attr("marker-end", (edge) => `url(#arrow-${edge.grade})`);
  for (const part of [".halo", ".hit", ".line"]) {
    glide(joined.select(part), "d", (edge) => pathOf(lines.get(edge.id)), isMoved);
  }
}

const labelText = ({ kpis }) => shortFigures(kpis);
const isMarked = ({ grade, alert }) => Boolean(alert) || ["fair", "poor", "unseen"].includes(grade);
const glyph = (edge) => (edge.alert ? BELL : isMarked(edge) ? shape(edge.grade) : null);

/** In px, so that labels can be placed before they are drawn. */
export function labelWidth(edge) {
  return widthOf(labelText(edge), LABEL_FONT) + LABEL.padding * 2 + (isMarked(edge) ? LABEL.glyph : 0);
}

/** @param spots where each label goes, by edge id. */
export function drawLabels(layer, edges, spots, isMoved) {
  const joined = layer.selectAll("g.label").data(edges, (edge) => edge.id).join((enter) => {
    const group = enter.append("g").attr("class", "label").attr("aria-hidden", "true");
    group.append("rect").attr("height", LABEL.height).attr("y", -LABEL.height / 2).attr("rx", LABEL.height / 2);
    group.append("path").attr("fill-rule", "evenodd");
    group.append("text").attr("dy", "0.35em");
    return group;
  });
  joined.attr("data-grade", (edge) => edge.grade).attr("data-alert", (edge) => edge.alert ?? null)
    .classed("covered", (edge) => spots.get(edge.id).covered);
  glide(joined, "transform", (edge) => `translate(${spots.get(edge.id).x},${spots.get(edge.id).y})`, isMoved);
  joined.select("rect").attr("width", labelWidth).attr("x", (edge) => -labelWidth(edge) / 2);
  joined.select("text").text(labelText).attr("x", (edge) => (isMarked(edge) ? LABEL.glyph / 2 : 0));
  joined.select("path").attr("d", glyph)
    .attr("transform", (edge) => `translate(${7 - labelWidth(edge) / 2},-5.5) scale(0.69)`);
}

/** @param place where the node with an id stands; `box`: the size of a node. */
export function drawNodes(layer, nodes, place, box, isMoved, prepare) {
  const { width, height } = box;
  const joined = layer.selectAll("g.node").data(nodes, (node) => node.id).join((enter) => {
    const group = enter.append("g").attr("class", "node").attr("tabindex", 0).attr("role", "button");
    group.append("rect").attr("class", "box");
    group.append("circle").attr("class", "mark-ground").attr("r", 14);
    group.append("path").attr("class", "grade-mark").attr("fill-rule", "evenodd");
    group.append("text").attr("class", "name").attr("y", -3);
    group.append("text").attr("class", "figures").attr("y", 14);
    const badge = group.append("g").attr("class", "badge");
    badge.append("circle").attr("r", 10);
    badge.append("path").attr("d", BELL).attr("transform", "translate(-5.6,-5.6) scale(0.7)");
    group.append("title");
    return prepare(group);
  });
  glide(joined, "transform", (node) => `translate(${place(node.id).x},${place(node.id).y})`, isMoved);
  joined.attr("data-grade", (node) => node.grade).attr("data-alert", (node) => node.alert ?? null)
    .attr("aria-label", describeNode);
  joined.select(".badge").attr("transform", `translate(${width / 2 - 8},${3 - height / 2})`);
  joined.select("title").text(describeNode);
  joined.select(".box").attr("x", -width / 2).attr("y", -height / 2).attr("width", width).attr("height", height)
    .attr("rx", (node) => (node.kind === "service" ? height / 2 : 10));
  joined.select(".mark-ground").attr("cx", 24 - width / 2);
  joined.select(".grade-mark").attr("d", (node) => shape(node.grade))
    .attr("transform", `translate(${16.5 - width / 2},-7.5) scale(0.94)`);
  joined.select(".name").attr("x", NAME_ROOM.left - width / 2)
    .text((node) => fit(node.name, width - NAME_ROOM.left - NAME_ROOM.right, NAME_FONT));
  joined.select(".figures").attr("x", NAME_ROOM.left - width / 2)
    .text((node) => (node.grade === "idle" ? "idle" : labelText({ kpis: node.kpis ?? {} })));
}

/** Sets an attribute: new elements stand in their place at once, the others glide there when something moved. */
function glide(selection, attribute, value, isMoved) {
  selection.filter(function () { return !this.hasAttribute(attribute); }).attr(attribute, value);
  (isMoved ? selection.transition().duration(MOVE_MS) : selection).attr(attribute, value);
}
