// The programs that use most of a host; the kernel's names for them, never their arguments.

import { make } from "../dom.js";
import { bytes, rate } from "../format.js";

const MAXIMUM = 5;

/** What is read of programs; once a minute, so from history. */
export const PROGRAM_METRICS = ["process.cpu.utilization", "process.memory.usage"];

const LISTS = {
  "process.cpu.utilization": { title: "Most CPU, of one processor", text: (value) => `${rate(value * 100)}\u00a0%` },
  "process.memory.usage": { title: "Most memory", text: bytes },
};

/** Lists from histories of ``PROGRAM_METRICS``: of the newest minute, or of that before a past time. */
export function topPrograms(histories, at) {
  return histories.flatMap(({ series }) => {
    const { title, text } = LISTS[series[0]?.name] ?? {};
    const top = newest(series, at === null ? Infinity : Date.parse(at)).filter(({ value }) => value > 0)
      .sort((one, other) => other.value - one.value).slice(0, MAXIMUM);
    if (!title || top.length === 0) return [];
    const rows = top.map(({ name, value }) =>
      make("li", {}, make("span", { class: "name" }, name), make("span", {}, text(value))));
    return [make("div", {}, make("h3", {}, title), make("ul", { class: "programs" }, ...rows))];
  });
}

/** What is known of the last bucket that begins before `until`: what ended before it is not told. */
function newest(series, until) {
  const last = series.map(({ attributes, points }) => {
    const point = [...points].reverse().find(({ at }) => Date.parse(at) <= until);
    return { name: Object.values(attributes)[0] ?? "?", at: point?.at ?? "", value: point?.mean };
  });
  const bucket = d3.max(last, ({ at }) => at);
  return last.filter(({ at }) => at !== "" && at === bucket);
}
