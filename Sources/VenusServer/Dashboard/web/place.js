// Where one is: the view, what is looked at in it, and when. Kept in the address, to be shared and gone back to.

import { WINDOWS } from "./filter.js";

export const VIEWS = ["dependencies", "alerts", "hosts", "report"];
const DEFAULT_WINDOW = "5m";
const HOME = new URL("./", import.meta.url).pathname;

/**
 * The place that the address names; what is missing or unknown is the default.
 *
 * `at`: a past time in RFC 3339, `null` for now. `chosen`: the id of a node or an edge. `wanted`: what a link from
 * outside names instead, `{kind, name}`, until the graph shows which node that is.
 */
export function readPlace(search = location.search) {
  const query = new URLSearchParams(search);
  const text = (name) => query.get(name) ?? "";
  const window = text("window");
  const view = text("view");
  const at = Date.parse(text("at"));
  const place = {
    view: VIEWS.includes(view) ? view : text("host") ? "hosts" : "dependencies",
    window: WINDOWS.some(({ value }) => value === window) ? window : DEFAULT_WINDOW,
    environment: text("environment"), service: text("service"), host: text("host"),
    at: Number.isNaN(at) ? null : asInstant(at),
    chosen: text("chosen") || null,
  };
  return { ...place, wanted: place.chosen ? null : wanted(text("dependency"), place) };
}

/** A link about a fault names a time and what was at fault; a service alone is what is filtered by. */
function wanted(dependency, { at, service }) {
  if (dependency) return { kind: "dependency", name: dependency };
  return at !== null && service ? { kind: "service", name: service } : null;
}

export function addressOf(place) {
  const query = new URLSearchParams();
  const isHosts = place.view === "hosts";
  if (place.view !== "dependencies" && !(isHosts && place.host)) query.set("view", place.view);
  if (place.window !== DEFAULT_WINDOW) query.set("window", place.window);
  for (const name of ["environment", "service", "at", "chosen"]) if (place[name]) query.set(name, place[name]);
  if (isHosts && place.host) query.set("host", place.host);
  if (place.wanted?.kind === "dependency") query.set("dependency", place.wanted.name);
  const text = query.toString();
  return text ? `${HOME}?${text}` : HOME;
}

/** Where one wants to be after a sign-in that leads away from this page and back; for this tab alone. */
const KEPT = "venus.place";

export const keepPlace = () => sessionStorage.setItem(KEPT, location.search);

/** What was kept, once; none where the address says itself where one wants to be. */
export function takeKeptPlace() {
  if (location.pathname !== HOME) return;
  const kept = sessionStorage.getItem(KEPT) ?? "";
  sessionStorage.removeItem(KEPT);
  if (kept !== "" && location.search === "") history.replaceState(null, "", HOME + kept);
}

/** To the second, as the API takes it. */
export const asInstant = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`;
