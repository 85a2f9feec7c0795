// Alerts by what is at fault: what is told as one message is shown as one thing.

const STATES = ["firing", "no_data", "pending"];
const SEVERITIES = ["critical", "warning"];

/**
 * Of several rules on one limit of the same thing the one that has gone furthest: an own rule beside the one that
 * stands by itself says the same once more.
 */
export function distinct(alerts) {
  const known = new Map();
  for (const alert of [...alerts].sort(byGravity)) {
    const metric = alert.state === "no_data" ? "no_data" : alert.metric;
    const key = JSON.stringify([alert.subject, metric, alert.limit, alert.severity]);
    if (!known.has(key)) known.set(key, alert);
  }
  return [...known.values()];
}

/**
 * Folds alerts under what is at fault, the gravest first.
 *
 * @returns `[{id, node, state, severity, since, alerts, inhibited, acknowledged, isSilenced}]`: `node` is
 *   `{kind, name, environment}`, `alerts` are about it, `inhibited` its consequences further up.
 */
export function groupAlerts(all) {
  const alerts = distinct(all);
  const groups = new Map();
  // What is only pending belongs to no fault yet: it goes to the one about the same thing.
  const faults = new Map(alerts.filter(({ fault, inhibited }) => fault && !inhibited)
    .map((alert) => [keyOf(nodeOf(alert)), alert.fault]));
  for (const alert of alerts) {
    const key = keyOf(nodeOf(alert));
    const id = alert.fault ?? faults.get(key) ?? key;
    const group = groups.get(id) ?? { id, all: [] };
    group.all.push(alert);
    groups.set(id, group);
  }
  return [...groups.values()].map(finish).sort(byGravity);
}

function finish({ id, all }) {
  const sorted = [...all].sort(byGravity);
  const own = sorted.filter(({ inhibited }) => !inhibited);
  const shown = own.length > 0 ? own : sorted;
  const [first] = shown;
  const started = shown.map(({ since, changed_at: changed }) => since ?? changed).sort();
  return {
    id, alerts: shown, inhibited: own.length > 0 ? sorted.filter(({ inhibited }) => inhibited) : [],
    node: nodeOf(first), state: first.state, severity: first.severity, since: started[0],
    acknowledged: shown.find(({ acknowledged }) => acknowledged)?.acknowledged ?? null,
    isSilenced: shown.every(({ silenced }) => silenced),
  };
}

/** What an alert is about: the dependency that is called; a caller that has fallen silent; a service; a host. */
export function nodeOf({ subject, state }) {
  const { dependency, service, host, environment = "" } = subject;
  if (dependency && !(state === "no_data" && service)) return { kind: "dependency", name: dependency, environment };
  if (service) return { kind: "service", name: service, environment };
  if (host) return { kind: "host", name: host, environment: "" };
  return { kind: "everything", name: environment || "Everything", environment };
}

/** Those that people must know of: what fires or is without data, unless it is silenced. */
export const isUrgent = ({ state, isSilenced }) => state !== "pending" && !isSilenced;

const keyOf = ({ kind, name, environment }) => `${kind}:${environment}/${name}`;

function byGravity(one, other) {
  return STATES.indexOf(one.state) - STATES.indexOf(other.state)
    || SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity)
    || Date.parse(other.since ?? 0) - Date.parse(one.since ?? 0)
    || (String(one.id) < String(other.id) ? -1 : 1);
}
