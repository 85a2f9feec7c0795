// Alerts in words: what they are about, what was measured, and what they did.

import { serverNow } from "../api.js";
import { isKnown, span } from "../format.js";
import { crossing, measureName, measureText } from "../measures.js";

const STATE_WORDS = { firing: "Firing", pending: "Pending", no_data: "No data", inactive: "Resolved" };
const KIND_WORDS = {
  pending: "Pending", firing: "Firing", no_data: "No data", resolved: "Resolved", dropped: "Over before it fired",
};

export const stateWord = (state) => STATE_WORDS[state] ?? state;
export const kindWord = (kind) => KIND_WORDS[kind] ?? kind;

/** `checkout → payments:443`, with the operation where it is about one; a host with the part of it, such as a file system. */
export function subjectText({ environment, service, dependency, operation, host, part }) {
  const ends = [service, dependency].filter(Boolean).join(" → ");
  return [host ?? (ends || environment || "Everything"), operation, part].filter(Boolean).join(" · ");
}

/** What was measured, against which limit. */
export function measured({ state, kind, subject, metric, value, limit, severity }) {
  if (state === "no_data" || kind === "no_data") {
    return subject?.host ? "Not heard of any more" : "No calls, though there are some in nearly every minute of a day";
  }
  if (!isKnown(value)) return measureName(metric);
  if (metric === "burn_rate") return `${measureName(metric)}: ${measureText(metric, value)} of what is allowed`;
  return crossing({ metric, value, limit, severity });
}

/** How long ago a time was, for instance `12 min`. */
export const age = (time) => span((serverNow() - Date.parse(time)) / 1_000);
