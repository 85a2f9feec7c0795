// What is looked at: window, environment, service. Kept in the address, so that a view can be shared.

export const WINDOWS = [
  { value: "10s", label: "10 s", title: "The last 10 seconds", words: "10 seconds" },
  { value: "1m", label: "1 m", title: "The last minute", words: "minute" },
  { value: "5m", label: "5 m", title: "The last 5 minutes", words: "5 minutes" },
  { value: "15m", label: "15 m", title: "The last 15 minutes", words: "15 minutes" },
  { value: "1h", label: "1 h", title: "The last hour", words: "hour" },
];
const DEFAULT_WINDOW = "5m";

/** The filter that the address names; what is missing or unknown is the default. */
export function readFilter(search = location.search) {
  const query = new URLSearchParams(search);
  const window = query.get("window");
  return {
    window: WINDOWS.some(({ value }) => value === window) ? window : DEFAULT_WINDOW,
    environment: query.get("environment") ?? "",
    service: query.get("service") ?? "",
  };
}

export function writeFilter(filter) {
  const query = new URLSearchParams();
  if (filter.window !== DEFAULT_WINDOW) query.set("window", filter.window);
  if (filter.environment) query.set("environment", filter.environment);
  if (filter.service) query.set("service", filter.service);
  const text = query.toString();
  history.replaceState(null, "", text ? `/?${text}` : "/");
}

/** As the API takes it: without what is not set. */
export function asParameters(filter) {
  const parameters = { window: filter.window };
  if (filter.environment) parameters.environment = filter.environment;
  if (filter.service) parameters.service = filter.service;
  return parameters;
}

export const isNarrowed = (filter) => Boolean(filter.environment || filter.service);

/** Whether a frame's filter is the one asked for. */
export function sameFilter(one, other) {
  return ["window", "environment", "service"].every((name) => (one?.[name] ?? "") === (other?.[name] ?? ""));
}
