// The page of alerts: what is wrong now, by what is at fault; what is silenced; what happened last.

import { byID, make, setText } from "../dom.js";
import { instant } from "../format.js";
import { keep } from "../keyed.js";
import { AlertActions } from "./actions.js";
import { bell } from "./bell.js";
import { evidence } from "./evidence.js";
import { groupAlerts } from "./groups.js";
import { silenceList } from "./silences.js";
import { age, kindWord, measured, stateWord, subjectText } from "./words.js";

const MAXIMUM_GROUPS = 100;
const MAXIMUM_ALERTS = 12;

export class AlertsView {
  #listener;
  #groups = new Map();
  #drawn = new Map();
  #report = null;
  #calls = null;
  #canOperate = false;
  #last = null;

  /**
   * @param listener `onShow(group, at)`: the graph, at a time or now; `onChanged()`: something was taken on or
   *   silenced; `nameOf(group)`: how the graph calls what is at fault.
   */
  constructor(listener) {
    this.#listener = listener;
    setInterval(() => this.#ages(), 1_000);
  }

  /** Operators may do something about them. */
  allow(canOperate) {
    this.#canOperate = canOperate;
    for (const element of this.#groups.values()) element.actions.allow(canOperate);
    if (this.#last) this.show(this.#last);
  }

  /** What explains the alerts: crossed limits with their phases, and calls that failed. */
  explain(report, calls) {
    [this.#report, this.#calls] = [report, calls];
    if (this.#last) this.show(this.#last);
  }

  show(alerts) {
    this.#last = alerts;
    const groups = groupAlerts(alerts.active);
    setText(byID("alerts-failure"), alerts.failure);
    byID("alerts-failure").hidden = alerts.failure === "";
    byID("alerts-empty").hidden = groups.length > 0 || alerts.failure !== "";
    setText(byID("alerts-summary"), summary(groups));
    const shown = groups.slice(0, MAXIMUM_GROUPS);
    this.#groups = keep(byID("alert-groups"), this.#groups, shown,
      (group) => this.#make(group), (element, group) => this.#fill(element, group));
    const rest = groups.length - shown.length;
    setText(byID("alerts-note"), rest > 0 ? `and ${rest} more: GET /api/v1/alerts has them all` : "");
    byID("alerts-note").hidden = rest <= 0;
    silenceList(alerts.silences, this.#canOperate, () => this.#listener.onChanged());
    this.#history(alerts.transitions);
    this.#ages();
  }

  #make(group) {
    const element = make("li", { class: "alert-group", "data-alert": group.id });
    element.actions = new AlertActions(this.#canOperate, () => this.#listener.onChanged());
    element.body = make("div", { class: "alert-body" });
    element.append(element.body, element.actions.element);
    return element;
  }

  #fill(element, group) {
    element.dataset.state = group.state;
    element.dataset.severity = group.severity;
    element.actions.show(group);
    const key = JSON.stringify([group, this.#listener.nameOf(group), this.#explanations(group)]);
    if (element.key === key) return;
    element.key = key;
    const isOpen = element.body.querySelector("details")?.open;
    const focused = element.body.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    element.body.replaceChildren(this.#head(group), this.#list(group), ...this.#inhibited(group, isOpen));
    if (focused) element.body.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  #head(group) {
    const { node } = group;
    const kind = { dependency: "Dependency", service: "Service", host: "Host", everything: "" }[node.kind];
    const title = make("h3", { class: "alert-title" }, make("button", {
      type: "button", class: "link", "data-id": "now", onclick: () => this.#listener.onShow(group, null),
    }, this.#listener.nameOf(group)));
    const { state, severity } = group;
    const chips = [make("span", { class: "chip alert-chip", "data-alert": state }, bell(), stateWord(state))];
    if (state === "firing") chips.push(make("span", { class: "chip", "data-severity": severity }, severity));
    if (group.isSilenced) chips.push(make("span", { class: "chip quiet-chip" }, "silenced"));
    const since = make("p", { class: "muted small since", "data-since": group.since });
    const then = make("button", {
      type: "button", class: "link small", "data-id": "then",
      onclick: () => this.#listener.onShow(group, group.since),
    }, "How it was then");
    const taken = group.acknowledged;
    return make("div", { class: "alert-head" },
      make("div", { class: "alert-names" }, make("span", { class: "kind muted small" },
        [kind, node.environment].filter(Boolean).join(" · ")), title),
      make("div", { class: "chips" }, ...chips),
      make("div", { class: "alert-times" }, since, then),
      taken ? make("p", { class: "taken small" }, `Taken on by ${taken.by} at ${instant(new Date(taken.at))}`
        + (taken.comment ? `: ${taken.comment}` : "")) : null);
  }

  #list({ alerts }) {
    const rest = alerts.length - MAXIMUM_ALERTS;
    const items = alerts.slice(0, MAXIMUM_ALERTS).map((alert) => this.#alert(alert,
      make("span", { class: "muted small" }, ` ${stateWord(alert.state).toLowerCase()}`),
      ...evidence(alert, this.#report, this.#calls)));
    if (rest > 0) items.push(make("li", { class: "muted small" }, `and ${rest} more of the same fault`));
    return make("ul", { class: "alert-list" }, ...items);
  }

  #alert(alert, word, ...rest) {
    return make("li", { class: "alert", "data-state": alert.state },
      make("p", { class: "alert-line" }, make("strong", {}, subjectText(alert.subject)), word),
      make("p", { class: "measured" }, measured(alert)), ...rest);
  }

  /** Explained by this fault: folded, and not told of. */
  #inhibited({ inhibited }, isOpen) {
    if (inhibited.length === 0) return [];
    const count = inhibited.length === 1 ? "1 alert further up is" : `${inhibited.length} alerts further up are`;
    const details = make("details", { class: "inhibited" },
      make("summary", { "data-id": "inhibited" }, `${count} explained by this`),
      make("ul", { class: "alert-list" },
        ...inhibited.slice(0, MAXIMUM_ALERTS).map((alert) => this.#alert(alert, null))));
    details.open = Boolean(isOpen);
    return [details];
  }

  #explanations(group) {
    return group.alerts.flatMap((alert) => evidence(alert, this.#report, this.#calls))
      .map((element) => element.textContent);
  }

  #history(transitions) {
    const key = transitions.map(({ seq }) => seq).join();
    const list = byID("transitions");
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    byID("transitions-empty").hidden = transitions.length > 0;
    list.replaceChildren(...transitions.map((transition) => {
      const at = new Date(transition.at);
      return make("li", { class: "transition", "data-kind": transition.kind },
        make("time", { datetime: transition.at, class: "muted" }, instant(at)),
        make("span", { class: "chip", "data-kind": transition.kind }, kindWord(transition.kind)),
        make("span", { class: "what" }, make("strong", {}, subjectText(transition.subject)),
          make("span", { class: "muted small" }, pastWords(transition))));
    }));
  }

  #ages() {
    for (const element of byID("alert-groups").querySelectorAll("[data-since]")) {
      const { since } = element.dataset;
      if (since) setText(element, `for ${age(since)}, since ${instant(new Date(since))}`);
    }
  }
}

function pastWords(transition) {
  return transition.kind === "resolved" || transition.kind === "dropped" ? "" : measured(transition);
}

function summary(groups) {
  const count = (state, word) => {
    const number = groups.filter((group) => group.state === state).length;
    return number > 0 ? `${number} ${word}` : null;
  };
  const counts = [count("firing", "firing"), count("no_data", "without data"), count("pending", "pending")];
  return counts.filter(Boolean).join(" · ");
}

