// The sign-in form, and the one-time link that signs in by itself.

import { APIError, gitHubFor, login, waysIn } from "./api.js";
import { byID, setText } from "./dom.js";
import { span } from "./format.js";
import { keepPlace } from "./place.js";

const LINK_PATH = new URL("sign-in", import.meta.url).pathname;

/** What became of a sign-in by way of GitHub that failed, by the code in the address. */
const REFUSALS = {
  denied: "You did not let Venus know at GitHub who you are.",
  state: "This sign-in began in another browser, took too long or is over. Try again.",
  code: "GitHub does not vouch for this sign-in any more. Try again.",
  scope: "GitHub did not let Venus see your organizations. Try again, and allow it.",
  revoked: "GitHub took back what it had allowed. Try again.",
  not_allowed: "You are signed in at GitHub, but nobody has let you in here. Ask an admin of this Venus.",
  pending: "Accept the invitation to your organization at GitHub first.",
  organization: "Your organization does not let Venus see its members. An owner can allow it at GitHub.",
  renamed: "This name was somebody else’s at GitHub when it was let in here. Ask an admin of this Venus.",
  misconfigured: "GitHub does not know this Venus: its client id, secret or callback address is not right.",
  unavailable: "GitHub does not answer. Try again in a moment.",
  busy: "Many people are signing in. Try again in a moment.",
  delayed: "Too many tries. Wait a little, then try again.",
};

/** Why GitHub’s way in failed, where the address says so; it leaves the address bar at once. */
export function takeRefusal() {
  const code = location.pathname === LINK_PATH ? new URLSearchParams(location.search).get("refused") : null;
  if (code === null) return null;
  history.replaceState(null, "", new URL("./", import.meta.url).pathname);
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : "The sign-in failed. Try again.";
}

/** What `venus login --github` asks for, where the address says so; it leaves the address bar and the history at once. */
export function takeCommandLine() {
  const parts = location.pathname === LINK_PATH ? /^#command-line=(\d{1,5})\.([\w-]{43})$/.exec(location.hash) : null;
  if (parts === null) return null;
  history.replaceState(null, "", new URL("./", import.meta.url).pathname);
  return { port: Number(parts[1]), challenge: parts[2] };
}

/** Asks whether a command line may sign in. Without this click no page can make a browser do it. */
export function showCommandLine(commandLine) {
  const button = byID("command-line-github");
  byID("command-line").hidden = false;
  button.focus();
  button.onclick = async () => {
    button.disabled = true;
    setText(byID("command-line-message"), "");
    try {
      location.assign(await gitHubFor(commandLine));
    } catch (error) {
      setText(byID("command-line-message"), explain(error));
    } finally {
      button.disabled = false;
    }
  };
}

/** The token of a sign-in link; it leaves the address bar and the history at once. */
export function takeLinkToken() {
  const isLink = location.pathname === LINK_PATH;
  const token = isLink && location.hash.length > 1 ? decode(location.hash.slice(1)) : null;
  if (isLink) history.replaceState(null, "", new URL("./", import.meta.url).pathname);
  return token;
}

/** Signs in with a link's token; resolves to a message where that fails. */
export async function signInByLink(token) {
  try {
    await login({ token });
    return null;
  } catch (error) {
    return error instanceof APIError && (error.status === 401 || error.status === 403 || error.status === 400)
      ? "This link was used already or has expired. Sign in with the secret, or take a new link."
      : explain(error);
  }
}

/** Shows the form until somebody is signed in. */
export function showSignIn({ message = "", onSignedIn }) {
  const form = byID("sign-in-form");
  const field = byID("secret");
  const button = form.querySelector("button");
  setText(byID("sign-in-message"), message);
  byID("sign-in").hidden = false;
  offerGitHub();
  field.value = "";
  field.focus();

  form.onsubmit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    if (field.value.trim() === "") {
      setText(byID("sign-in-message"), "Enter the secret.");
      field.focus();
      return;
    }
    button.disabled = true;
    setText(byID("sign-in-message"), "");
    try {
      await login(credentials(byID("username").value.trim(), field.value));
      field.value = "";
      byID("sign-in").hidden = true;
      onSignedIn();
    } catch (error) {
      setText(byID("sign-in-message"), explain(error));
      field.select();
    } finally {
      button.disabled = false;
    }
  };
}

/** Shows the link to GitHub where there is that way in; the form works without. */
async function offerGitHub() {
  try {
    byID("sign-in-github").hidden = !(await waysIn()).includes("github");
    byID("sign-in-github").onclick = keepPlace;
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
  }
}

/** The administrator has a secret, everybody else a password. */
const credentials = (user, text) =>
  user.toLowerCase() === "administrator" ? { secret: text.trim() } : { user, password: text };

function explain(error) {
  if (!(error instanceof APIError)) throw error;
  if (error.status === 0) return "The server does not answer. Is Venus running?";
  if (error.status === 401) return "The name and the secret or password do not match.";
  if (error.status === 429) {
    return error.retryAfterSeconds === null
      ? "Too many tries. Wait a little, then try again."
      : `Too many tries. Try again in ${span(error.retryAfterSeconds)}.`;
  }
  return error.message;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
