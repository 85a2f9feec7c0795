// The times in which nobody is told of some alerts.

import { APIError, remove } from "../api.js";
import { byID, make, setText } from "../dom.js";
import { moment } from "../format.js";

/** Shows those that are not over; operators may end them. */
export function silenceList(silences, canOperate, onChanged) {
  const shown = silences.filter(({ state }) => state !== "ended");
  byID("silences").hidden = shown.length === 0;
  const list = byID("silence-list");
  const key = JSON.stringify([shown, canOperate]);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...shown.map((silence) => make("li", { class: "silence" },
    make("p", {}, make("strong", {}, silence.matchers.map(words).join(", "))),
    make("p", { class: "muted small" }, describe(silence)),
    canOperate ? endButton(silence, onChanged) : null)));
}

const words = ({ field, pattern, negated }) => `${field} ${negated ? "is not" : "is"} ${pattern}`;

function describe({ state, starts_at: starts, ends_at: ends, author, comment }) {
  const from = state === "pending" ? `from ${moment(new Date(starts))} ` : "";
  return `${from}until ${moment(new Date(ends))}, by ${author}${comment ? `: ${comment}` : ""}`;
}

function endButton({ id, matchers }, onChanged) {
  const message = make("span", { class: "message small", role: "alert" });
  const button = make("button", {
    type: "button", class: "link small", "aria-label": `End the silence: ${matchers.map(words).join(", ")}`,
  }, "End it now");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await remove(`/silences/${encodeURIComponent(id)}`);
      onChanged();
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      setText(message, error.message);
      button.disabled = false;
    }
  });
  return make("p", {}, button, message);
}
