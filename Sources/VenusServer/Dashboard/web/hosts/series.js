// The stored series of hosts as lines of charts.

import { bytesPerSecond, percent, rate } from "../format.js";

const RESOURCES = { cpu: "CPU", io: "I/O", memory: "memory" };

/** The charts of a host's page, in order; one without a line is not shown. `pick`: the series; `name`: of the line. */
export const HOST_CHARTS = [
  { title: "CPU", text: percent, isShare: true, least: 0.1, ...only("system.cpu.utilization", "in use") },
  { title: "Pressure: some work waited", text: percent, isShare: true, least: 0.05, ...pressure() },
  { title: "Memory", text: percent, isShare: true, least: 0.1, ...states("system.memory.utilization", ["used"]) },
  {
    title: "File systems", text: percent, isShare: true, least: 0.1,
    ...subjects("system.filesystem.utilization", "used"),
  },
  { title: "Load average of 1 min", text: rate, ...only("system.cpu.load_average.1m", "waiting or running") },
  { title: "Disks", text: bytesPerSecond, least: 1_000, ...devices("system.disk.io") },
  { title: "Network", text: bytesPerSecond, least: 1_000, ...devices("system.network.io") },
  { title: "Swap", text: percent, isShare: true, least: 0.1, ...states("system.paging.utilization", ["used"]) },
  {
    title: "Throttled by the container’s limit", text: percent, isShare: true, least: 0.05,
    ...only("container.cpu.throttled", "of the time"),
  },
  {
    title: "Memory of the container", text: percent, isShare: true, least: 0.1,
    ...only("container.memory.utilization", "of its limit"),
  },
];

/** Lines of one chart from a host's history. */
export function linesOf(chart, history) {
  const lines = new Map();
  for (const series of history.series) {
    if (!chart.pick(series)) continue;
    const name = chart.lineName(series);
    lines.set(name, [...(lines.get(name) ?? []), series]);
  }
  return [...lines].map(([name, all]) => ({ name, points: summed(all) }))
    .sort((one, other) => lastOf(other) - lastOf(one));
}

/**
 * Of one host a line for each resource; of several one for each host, of what waited most.
 *
 * @param histories of `system.linux.pressure`, one a host.
 */
export function pressureLines(histories) {
  const [first] = histories;
  if (histories.length === 1) return linesOf(HOST_CHARTS[1], first);
  return histories.map((history) => ({ name: history.host, points: greatest(history.series.map(pointsOf)) }));
}

const attribute = ({ attributes }, part) => Object.entries(attributes).find(([name]) => name.includes(part))?.[1] ?? "";
const values = ({ attributes }) => Object.values(attributes);

function only(name, lineName) {
  return { pick: (series) => series.name === name, lineName: () => lineName };
}

function states(name, wanted) {
  return {
    pick: (series) => series.name === name && values(series).some((value) => wanted.includes(value)),
    lineName: (series) => values(series).find((value) => wanted.includes(value)),
  };
}

function subjects(name, state) {
  return {
    pick: (series) => series.name === name && values(series).includes(state),
    lineName: (series) => values(series).find((value) => value !== state) ?? "",
  };
}

/** All devices of a direction together. */
function devices(name) {
  const directions = ["read", "write", "receive", "transmit"];
  return {
    pick: (series) => series.name === name,
    lineName: (series) => values(series).find((value) => directions.includes(value)) ?? attribute(series, "direction"),
  };
}

function pressure() {
  return {
    pick: (series) => series.name === "system.linux.pressure" && values(series).includes("some"),
    lineName: (series) => {
      const resource = values(series).find((value) => value !== "some") ?? "";
      return RESOURCES[resource] ?? resource;
    },
  };
}

const pointsOf = ({ points }) => points.map(({ at, coverage, mean }) => ({ at: new Date(at), coverage, value: mean }));

const summed = (all) => merged(all.map(pointsOf), (one, other) => one + other);
const greatest = (all) => merged(all, Math.max);

/** Points of several series at the same times, as one. */
function merged(all, add) {
  if (all.length === 1) return all[0];
  const byTime = new Map();
  for (const point of all.flat()) {
    const known = byTime.get(+point.at);
    byTime.set(+point.at, known ? { ...known, value: add(known.value, point.value) } : point);
  }
  return [...byTime.values()].sort((one, other) => one.at - other.at);
}

const lastOf = ({ points }) => points[points.length - 1]?.value ?? 0;
