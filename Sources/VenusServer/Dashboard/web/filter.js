// What is looked at: window, environment, service; as the API and the live socket take it.

export const WINDOWS = [
  { value: "10s", label: "10 s", title: "The last 10 seconds", words: "10 seconds", seconds: 10 },
  { value: "1m", label: "1 m", title: "The last minute", words: "minute", seconds: 60 },
  { value: "5m", label: "5 m", title: "The last 5 minutes", words: "5 minutes", seconds: 300 },
  { value: "15m", label: "15 m", title: "The last 15 minutes", words: "15 minutes", seconds: 900 },
  { value: "1h", label: "1 h", title: "The last hour", words: "hour", seconds: 3_600 },
];

/** As the API takes it: without what is not set. */
export function asParameters({ window, environment, service }) {
  const parameters = { window };
  if (environment) parameters.environment = environment;
  if (service) parameters.service = service;
  return parameters;
}

export const isNarrowed = (filter) => Boolean(filter.environment || filter.service);

/** Whether a frame's filter is the one asked for. */
export function sameFilter(one, other) {
  return ["window", "environment", "service", "host"].every((name) => (one?.[name] ?? "") === (other?.[name] ?? ""));
}
