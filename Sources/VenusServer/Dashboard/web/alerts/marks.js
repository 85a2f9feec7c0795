// Where alerts are in the graph: edges they are about, and nodes that are at fault.

import { dependencyOf } from "../model.js";
import { distinct, groupAlerts } from "./groups.js";

const GRAVITY = ["firing", "no_data", "inhibited", "pending"];

/** The mark of one alert: its state, unless another fault explains it. */
const markOf = ({ state, inhibited }) => (inhibited ? "inhibited" : state);

/** Sets `alerts` and `alert` (the gravest state) of each edge, and of each node that is at fault. */
export function markAlerts(graph, alerts) {
  for (const item of [...graph.nodes.values(), ...graph.edges.values()]) item.alerts = [];
  for (const alert of distinct(alerts)) {
    for (const item of itemsOf(graph, alert.subject)) item.alerts.push(alert);
  }
  for (const edge of graph.edges.values()) edge.alert = gravest(edge.alerts);
  for (const node of graph.nodes.values()) node.alert = gravest(node.alerts);
  for (const group of groupAlerts(alerts)) {
    const node = nodeAtFault(graph, group);
    if (!node) continue;
    node.alert = gravest([...node.alerts, ...group.alerts]);
    node.alerts = [...new Set([...node.alerts, ...group.alerts])];
  }
}

/** What alerts about each host, by its name. */
export function alertsOfHosts(alerts) {
  const hosts = new Map();
  for (const alert of distinct(alerts)) {
    const { host } = alert.subject;
    if (host) hosts.set(host, [...(hosts.get(host) ?? []), alert]);
  }
  return hosts;
}

/** What is about an edge or an operation marks the edge; what is about a service its node. */
function itemsOf(graph, { level, environment, service, dependency }) {
  const { nodes, edges } = namesOf(graph);
  if (level === "service") {
    return (nodes.get(keyOf("service", service)) ?? []).filter((node) => isIn(node, environment));
  }
  if (!dependency || !service) return [];
  return (edges.get(keyOf(service, dependency)) ?? []).filter((edge) => isIn(edge.source, environment));
}

/** Nodes and edges by their names, which may be those of several environments. Made once a graph. */
function namesOf(graph) {
  if (graph.names) return graph.names;
  const [nodes, edges, callees] = [new Map(), new Map(), new Map()];
  const add = (map, key, item) => map.set(key, [...(map.get(key) ?? []), item]);
  for (const node of graph.nodes.values()) add(nodes, keyOf(node.kind, node.name), node);
  for (const edge of graph.edges.values()) {
    add(edges, keyOf(edge.source.name, dependencyOf(edge)), edge);
    callees.set(dependencyOf(edge), edge.target);
  }
  graph.names = { nodes, edges, callees };
  return graph.names;
}

const keyOf = (first, second) => `${first}\n${second}`;

/** Of a single environment the nodes do not speak. */
const isIn = (node, environment) => !node.environment || !environment || node.environment === environment;

/** Behind an announced address there is a service. */
export function nodeAtFault(graph, { node: { kind, name, environment }, alerts }) {
  const known = findNode(graph, kind, name, environment);
  if (known || kind !== "dependency") return known;
  const [{ subject }] = alerts;
  return itemsOf(graph, subject)[0]?.target ?? null;
}

export function findNode(graph, kind, name, environment = "") {
  const { nodes, callees } = namesOf(graph);
  const node = (nodes.get(keyOf(kind, name)) ?? []).find((one) => isIn(one, environment));
  return node ?? (kind === "dependency" ? callees.get(name) : null) ?? null;
}

export const gravest = (alerts) => {
  const marks = alerts.map(markOf);
  return GRAVITY.find((mark) => marks.includes(mark)) ?? null;
};
