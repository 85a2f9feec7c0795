// The REST interface: requests with the session's cookie, and errors that say what happened.

const BASE = "/api/v1";
const REQUEST_TIMEOUT_MS = 15_000;

/** `status` 0: no answer at all. */
export class APIError extends Error {
  constructor(status, message, retryAfterSeconds = null) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

let serverAheadMs = 0;

/** The server's clock as last heard of, to the second: ages of data must not depend on the viewer's clock. */
export const serverNow = () => Date.now() + serverAheadMs;

/** Reads a resource. Parameters that are absent or empty are left out. */
export function get(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return request("GET", text ? `${path}?${text}` : path);
}

/** Signs in with `{secret}` or a one-time `{token}`. */
export const login = (credentials) => request("POST", "/login", credentials);
export const logout = () => request("POST", "/logout", {});

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? { accept: "application/json" } : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch {
    throw new APIError(0, "The server does not answer.");
  }
  noteClock(response.headers.get("date"));
  const answer = await readJSON(response);
  if (response.ok) return answer;
  const retryAfter = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const message = answer?.detail || answer?.title || `The server answered with status ${response.status}.`;
  throw new APIError(response.status, message, Number.isFinite(retryAfter) ? retryAfter : null);
}

async function readJSON(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function noteClock(date) {
  const then = Date.parse(date ?? "");
  if (!Number.isNaN(then)) serverAheadMs = Math.abs(then - Date.now()) < 2_000 ? 0 : then - Date.now();
}
