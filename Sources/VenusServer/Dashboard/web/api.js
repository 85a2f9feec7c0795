// The REST interface: requests with the session's cookie, and errors that say what happened.

// Beside this file, wherever something in front of the server has put us.
export const BASE = new URL("api/v1", import.meta.url).pathname;
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

// What shows the server that a change comes from this page, and not from another that uses the cookie.
let csrfToken = null;

/** Signs in with `{secret}`, with `{user, password}` or with a one-time `{token}`. */
export async function login(credentials) {
  csrfToken = (await request("POST", "/login", credentials)).csrf_token;
}

/** Where GitHub is, for somebody who signs in a command line: `{port, challenge}`. */
export const gitHubFor = async (commandLine) => (await request("POST", "/login/github", commandLine)).url;

/** The names of the ways to sign in. */
export const waysIn = async () => (await request("GET", "/login")).ways;

export async function logout() {
  await post("/logout", {});
  csrfToken = null;
}

/** Who is signed in: `account`, `role`. */
export async function session() {
  const answer = await request("GET", "/session");
  csrfToken = answer.csrf_token ?? null;
  return answer;
}

export const post = (path, body) => change("POST", path, body);
export const remove = (path) => change("DELETE", path);

async function change(method, path, body) {
  if (csrfToken === null) await session();
  return request(method, path, body);
}

async function request(method, path, body) {
  const headers = body === undefined ? { accept: "application/json" } : { "content-type": "application/json" };
  if (method !== "GET" && csrfToken) headers["x-csrf-token"] = csrfToken;
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers,
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
