// The sign-in form, and the one-time link that signs in by itself.

import { APIError, login } from "./api.js";
import { byID, setText } from "./dom.js";
import { span } from "./format.js";

const LINK_PATH = new URL("sign-in", import.meta.url).pathname;

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
