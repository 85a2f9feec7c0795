// The pushed graph as the views use it: nodes and edges by id, with their names.

import { known, rank } from "./grade.js";

/** Indexes `{at, window, nodes, edges}`; edges whose ends are missing are left out. */
export function readGraph(data) {
  const nodes = new Map();
  for (const node of data?.nodes ?? []) {
    nodes.set(node.id, { ...node, environment: environmentOf(node), grade: known(node.grade), edges: [] });
  }
  const edges = new Map();
  for (const edge of data?.edges ?? []) {
    const source = nodes.get(edge.source);
    const target = nodes.get(edge.target);
    if (!source || !target) continue;
    const whole = { ...edge, source, target, grade: known(edge.grade), kpis: edge.kpis ?? {} };
    edges.set(edge.id, whole);
    source.edges.push(whole);
    if (target !== source) target.edges.push(whole);
  }
  return { at: data?.at, window: data?.window, nodes, edges };
}

/** Where there are several environments, the id has `ENVIRONMENT/` before the name. */
function environmentOf(node) {
  if (node.environment) return node.environment;
  const rest = node.id.slice(node.id.indexOf(":") + 1);
  return rest !== node.name && rest.endsWith(`/${node.name}`) ? rest.slice(0, -node.name.length - 1) : "";
}

/** What `GET /history` takes for a node or an edge. */
export function asHistoryQuery(item) {
  if (item.source) {
    return { environment: item.source.environment, service: item.source.name, dependency: item.target.name };
  }
  return { environment: item.environment, [item.kind === "service" ? "service" : "dependency"]: item.name };
}

/** Worst grade first, then by load. */
export function byWeight(one, other) {
  return rank(one.grade) - rank(other.grade) || loadOf(other) - loadOf(one) || (one.id < other.id ? -1 : 1);
}

export const loadOf = (item) => item.kpis?.load?.calls_per_minute ?? 0;
