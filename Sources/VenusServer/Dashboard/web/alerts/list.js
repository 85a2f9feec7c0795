// What alerts about one thing, and the way to where something can be done about it.

import { make } from "../dom.js";
import { bell } from "./bell.js";
import { measured, stateWord, subjectText } from "./words.js";

const MAXIMUM_ALERTS = 5;

/** Elements about alerts; `null` where there are none. @param onAlerts called to see them all. */
export function alertList(alerts, onAlerts) {
  if (!alerts?.length) return null;
  const more = make("button", { type: "button", class: "link small", "data-id": "alerts", onclick: onAlerts },
    alerts.length > MAXIMUM_ALERTS ? `All ${alerts.length} alerts` : "To the alerts");
  const shown = alerts.slice(0, MAXIMUM_ALERTS);
  return [make("h3", {}, "Alerts"), make("ul", { class: "item-alerts" }, ...shown.map((alert) =>
    make("li", { "data-alert": alert.inhibited ? "inhibited" : alert.state }, bell(), make("span", {},
      make("strong", {}, `${stateWord(alert.state)}${alert.inhibited ? ", explained by another fault" : ""}: `),
      `${subjectText(alert.subject)}. ${measured(alert)}`)))), more];
}
