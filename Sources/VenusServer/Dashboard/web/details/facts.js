// Every KPI of one thing, as a list of figures and a table of times.

import { make } from "../dom.js";
import { bytesPerSecond, count, milliseconds, percent, rate } from "../format.js";

/** The figures, with the shares of the error rate, the basis and what is inside tunnels where they say more. */
export function facts(kpis, protocols = []) {
  const isUnseen = kpis.basis === "transport";
  const [available, failed] = isUnseen ? ["Connecting", "Not connecting"] : ["Availability", "Error rate"];
  const load = kpis.load ?? {};
  const list = make("dl", { class: "facts" }, ...[
    [available, percent(kpis.availability)],
    [failed, percent(kpis.error_rate)],
    ["Calls", count(kpis.calls)],
    ["Calls/min", rate(load.calls_per_minute)],
    ["Sent", bytesPerSecond(load.bytes_sent_per_second)],
    ["Received", bytesPerSecond(load.bytes_received_per_second)],
    // A proxy says it of a service, not of each of its dependencies.
    ...(load.in_flight == null ? [] : [["In flight", count(load.in_flight)]]),
    ["Cancelled", count(kpis.cancelled)],
    ["Denied", count(kpis.denied)],
    ...(kpis.would_be_denied > 0 ? [["Would be denied", count(kpis.would_be_denied)]] : []),
    ...(kpis.link_local > 0 ? [["To link-local", count(kpis.link_local)]] : []),
    ...(kpis.estimated > 0 ? [["Estimated", count(kpis.estimated)]] : []),
  ].map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
  if (kpis.error_rate > 0) list.append(wide("Shares of the error rate", shares(kpis)));
  const basis = basisText(kpis);
  if (basis) list.append(wide("Basis", basis));
  if (protocols.length > 0) list.append(wide("Inside the tunnels", protocols.map(insideText).join(" ")));
  return list;
}

const wide = (name, text) =>
  make("div", { class: "wide" }, make("dt", {}, name), make("dd", { class: "plain" }, text));

export function shares(kpis) {
  return `4xx ${percent(kpis.client_error_rate)} · 5xx ${percent(kpis.server_error_rate)} · `
    + `transport ${percent(kpis.transport_error_rate)}`;
}

function basisText({ basis, estimated }) {
  const guessed = estimated > 0
    ? ` Times marked ≈ are estimated from the traffic of ${count(estimated)} exchanges.` : "";
  if (basis === "transport") {
    return `Status not visible: availability is that of connecting and handshaking.${guessed}`;
  }
  return basis === "mixed" ? `Statuses were visible for some calls only.${guessed}` : guessed;
}

/** @param inside as the API has it: `tls/1.3 h2`, `tls/1.2 http/1.1`, `tls/1.3`, `tls`, `websocket`, `tunnel`. */
function insideText(inside) {
  if (inside === "websocket") return "WebSocket: connections and bytes are counted, single messages are not visible.";
  if (inside === "tunnel") return "Not TLS, or nothing seen of it yet: only bytes are known.";
  const [version, application] = inside.split(" ");
  const name = version.replace(/^tls\/?/, "TLS ").trim();
  if (application === "h2") return `${name}, HTTP/2 inside: single requests are not visible.`;
  return application === "http/1.1" ? `${name}, HTTP/1.1 inside.` : `${name}.`;
}

/** Response time and time to the first byte. */
export function times(kpis) {
  const columns = ["mean", "p50", "p90", "p95", "p99", "max"];
  const corner = make("th", {}, make("span", { class: "hidden-text" }, "Measure"));
  const row = (title, values) => make("tr", {}, make("th", { scope: "row" }, title),
    ...columns.map((name) => make("td", {}, milliseconds(values?.[name]))));
  // Said once a row: the cells have no room for it.
  const mark = kpis.estimated > 0 ? "≈ " : "";
  return make("table", { class: "times" },
    make("thead", {}, make("tr", {}, corner, ...columns.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, row(`${mark}Response`, kpis.response_time_ms), row(`${mark}TTFB`, kpis.ttfb_ms)));
}
