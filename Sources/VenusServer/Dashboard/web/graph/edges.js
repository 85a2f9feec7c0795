// The lines between nodes: their curves, their widths, and where their labels fit.

import { loadOf } from "../model.js";

/** Edges leave and reach a node spread over this much of its side. */
const PORT_SPAN = 26;
/** Height of a label, and the room around it. */
const LABEL = { height: 18, apart: { x: 6, y: 4 } };
/** Where along its curve a label is tried, best first. */
const SPOTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8];

/** Width of a line in px by its share of the heaviest, so that one busy edge does not thin out all others. */
export function widthScale(edges) {
  const heaviest = Math.max(1, ...edges.map(loadOf));
  const scale = d3.scaleSqrt([0, heaviest], [1.4, 7]);
  return (edge) => scale(loadOf(edge));
}

/** Curves by edge id. `place(id)`: where a node stands; `box`: its size. */
export function curves(nodes, edges, place, box) {
  const ports = portsOf(nodes, place);
  return new Map(edges.map((edge) => {
    const source = place(edge.source.id);
    const target = place(edge.target.id);
    const start = { x: source.x + box.width / 2, y: source.y + ports.get(`${edge.id}>`) };
    const end = { x: target.x - box.width / 2 - 5, y: target.y + ports.get(`>${edge.id}`) };
    const bend = Math.max(60, Math.abs(end.x - start.x) * 0.45);
    return [edge.id, { start, end, bend, loop: edge.source === edge.target ? box.height * 1.4 : null }];
  }));
}

/** Height within a node's side for the two ends of every edge, in the order of the other ends. */
function portsOf(nodes, place) {
  const ports = new Map();
  const spread = (edges, otherEnd, key) => {
    const sorted = [...edges].sort((one, other) => place(otherEnd(one)).y - place(otherEnd(other)).y);
    const gap = sorted.length > 1 ? Math.min(9, PORT_SPAN / (sorted.length - 1)) : 0;
    sorted.forEach((edge, index) => ports.set(key(edge), (index - (sorted.length - 1) / 2) * gap));
  };
  for (const node of nodes) {
    spread(node.edges.filter((edge) => edge.source === node), (edge) => edge.target.id, (edge) => `${edge.id}>`);
    spread(node.edges.filter((edge) => edge.target === node), (edge) => edge.source.id, (edge) => `>${edge.id}`);
  }
  return ports;
}

export function pathOf(curve) {
  const { start, end } = curve;
  const [first, second] = controls(curve);
  return `M${start.x},${start.y}C${first.x},${first.y} ${second.x},${second.y} ${end.x},${end.y}`;
}

/** The control points; a service that calls itself gets a loop above its node. */
function controls({ start, end, bend, loop }) {
  if (loop !== null) return [{ x: start.x + 70, y: start.y - loop }, { x: end.x - 70, y: end.y - loop }];
  return [{ x: start.x + bend, y: start.y }, { x: end.x - bend, y: end.y }];
}

function pointAt(curve, t) {
  const { start, end } = curve;
  const [first, second] = controls(curve);
  const u = 1 - t;
  const mix = (axis) => u ** 3 * start[axis] + 3 * u * u * t * first[axis] + 3 * u * t * t * second[axis]
    + t ** 3 * end[axis];
  return { x: mix("x"), y: mix("y") };
}

/**
 * Finds a spot for every label that covers no other label and no node; those that find none are `covered` and show
 * only when asked for. `edges` come most important first; `previous` spots are kept while they still fit.
 */
export function placeLabels(edges, curveOf, widthOf, nodeAreas, previous) {
  const taken = nodeAreas.map(({ x, y, width, height }) => area(x, y, width + 8, height + 6));
  const spots = new Map();
  for (const edge of edges) {
    const curve = curveOf.get(edge.id);
    const width = widthOf(edge);
    const kept = previous.get(edge.id);
    const tries = kept && !kept.covered ? [kept.t, ...SPOTS] : SPOTS;
    const at = (t) => ({ t, ...pointAt(curve, t) });
    const fits = ({ x, y }) => {
      const own = area(x, y, width + LABEL.apart.x, LABEL.height + LABEL.apart.y);
      return !taken.some((other) => overlap(own, other));
    };
    const spot = tries.map(at).find(fits);
    if (spot) taken.push(area(spot.x, spot.y, width + LABEL.apart.x, LABEL.height + LABEL.apart.y));
    spots.set(edge.id, { ...(spot ?? at(0.5)), covered: !spot });
  }
  return spots;
}

const area = (x, y, width, height) =>
  ({ left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 });
const overlap = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
