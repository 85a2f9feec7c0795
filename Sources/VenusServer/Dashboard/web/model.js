// The pushed graph as the views use it: nodes and edges by id, with their names.

import { rank, shown } from "./grade.js";

/** Indexes `{at, window, nodes, edges}`; edges whose ends are missing are left out. */
export function readGraph(data) {
  const nodes = new Map();
  for (const node of data?.nodes ?? []) {
    const grade = shown(node.grade, node.kpis);
    nodes.set(node.id, { ...node, environment: environmentOf(node), grade, edges: [] });
  }
  const edges = new Map();
  for (const edge of data?.edges ?? []) {
    const source = nodes.get(edge.source);
    const target = nodes.get(edge.target);
    if (!source || !target) continue;
    const whole = { ...edge, source, target, grade: shown(edge.grade, edge.kpis), kpis: edge.kpis ?? {} };
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
    return { environment: item.source.environment, service: item.source.name, dependency: dependencyOf(item) };
  }
  return { environment: item.environment, [item.kind === "service" ? "service" : "dependency"]: item.name };
}

/** What an edge calls: `host:port`, also where that is a service's node. */
export const dependencyOf = (edge) => edge.dependency ?? edge.target.name;

/** Worst grade first, then by load. */
export function byWeight(one, other) {
  return rank(one.grade) - rank(other.grade) || loadOf(other) - loadOf(one) || (one.id < other.id ? -1 : 1);
}

/** What is inside the tunnels of an edge, or of all edges of a node; sorted, each once. */
export function tunnelProtocols(item) {
  const edges = item.source ? [item] : item.edges ?? [];
  return [...new Set(edges.flatMap((edge) => edge.tunnel_protocols ?? []))].sort();
}

export const loadOf = (item) => item.kpis?.load?.calls_per_minute ?? 0;
