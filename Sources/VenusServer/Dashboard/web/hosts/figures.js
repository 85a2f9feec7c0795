// How a host fares, in figures; and which hosts a service runs on.

import { bar } from "../charts/bar.js";
import { make } from "../dom.js";
import { count, isKnown, milliseconds, NOTHING, percent, rate } from "../format.js";

/** From these shares on a bar says that it is worth a look. */
const FULL = { fair: 0.8, poor: 0.95 };
const RESOURCES = [["cpu_pressure", "CPU"], ["memory_pressure", "memory"], ["io_pressure", "I/O"]];

export const tone = (share) => (share >= FULL.poor ? "poor" : share >= FULL.fair ? "fair" : "good");

/** A share as a bar and a figure. */
export function gauge(share) {
  if (!isKnown(share)) return make("span", { class: "gauge" }, NOTHING);
  return make("span", { class: "gauge" }, bar(share, tone(share)), make("span", { class: "value" }, percent(share)));
}

/** What waits most for what: `[name, share]`, `null` where nothing is known. */
export function worstPressure(figures) {
  const known = RESOURCES.map(([key, name]) => [name, figures[key]]).filter(([, share]) => isKnown(share));
  return known.sort(([, one], [, other]) => other - one)[0] ?? null;
}

export const pressureTexts = (figures) =>
  RESOURCES.filter(([key]) => isKnown(figures[key])).map(([key, name]) => `${name} ${percent(figures[key])}`);

/** The hosts on which proxies of the service run, by name. */
export function hostsOf(hosts, { service, environment }) {
  return hosts.filter(({ services }) => services.some((one) => one.service === service
    && (!environment || !one.environment || one.environment === environment)));
}

/** Beside the times of a service or an edge: how its hosts fare. @param onHost called with a host's name. */
export function hostBlock(hosts, onHost) {
  if (hosts.length === 0) return null;
  return [make("h3", {}, hosts.length === 1 ? "Its host" : "Its hosts"), make("ul", { class: "host-lines" },
    ...hosts.slice(0, 8).map((host) => {
      const { figures } = host;
      const link = make("button", {
        type: "button", class: "link", "data-id": host.id, onclick: () => onHost(host.name),
      }, host.name);
      const pressure = pressureTexts(figures);
      return make("li", {}, link,
        make("span", { class: "figures" }, host.is_silent ? "silent" : `CPU ${percent(figures.cpu_utilization)}`),
        make("span", { class: "muted small wide" }, pressure.length > 0
          ? `Waiting for ${pressure.join(" · ")}` : "Its kernel says nothing of pressure"));
    })), hosts.length > 8 ? make("p", { class: "muted small" }, `and ${hosts.length - 8} more`) : null].filter(Boolean);
}

/** The load average, of how many processors. */
export function load({ load_average: average, processors }) {
  if (!isKnown(average)) return NOTHING;
  return isKnown(processors) ? `${rate(average)} of ${count(processors)}` : rate(average);
}

/** Links to the services whose proxies run on a host. */
export function serviceLinks(services, { onService }) {
  if (services.length === 0) return [make("span", { class: "muted" }, NOTHING)];
  return services.flatMap((one, index) => {
    const link = make("button", {
      type: "button", class: "link", title: one.environment, onclick: () => onService(one),
    }, one.service);
    const shown = [link, ...skewText(one)];
    return index === 0 ? shown : [", ", ...shown];
  });
}

/** From where on a clock that is off is worth a word: calls are booked in the wrong second. */
const SKEW_MS = 1_000;

function skewText({ clock_skew_ms: skew }) {
  if (!(Math.abs(skew) >= SKEW_MS)) return [];
  const text = ` (clock ${milliseconds(Math.abs(skew))} ${skew > 0 ? "ahead" : "behind"})`;
  return [make("span", { class: "muted" }, text)];
}
