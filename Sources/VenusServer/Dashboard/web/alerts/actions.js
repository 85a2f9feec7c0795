// What operators do about a fault: take it on, or silence it until a time.

import { APIError, post, serverNow } from "../api.js";
import { make, setText } from "../dom.js";
import { asInstant } from "../place.js";
import { subjectText } from "./words.js";

const DURATIONS = [
  ["1800", "30 minutes"], ["3600", "1 hour"], ["14400", "4 hours"], ["86400", "1 day"], ["604800", "1 week"],
  ["", "until …"],
];
const MAXIMUM_SCOPES = 20;
let lastID = 0;

export class AlertActions {
  element = make("div", { class: "alert-actions" });
  #onChanged;
  #group = null;
  #message = make("p", { class: "message small", role: "alert" });
  #buttons = make("div", { class: "buttons" });
  #acknowledge = make("button", { type: "button", class: "button", "data-action": "acknowledge" }, "Acknowledge …");
  #silence = make("button", { type: "button", class: "button", "data-action": "silence" }, "Silence …");
  #form = null;

  constructor(canOperate, onChanged) {
    this.#onChanged = onChanged;
    this.#acknowledge.addEventListener("click", () => this.#toggle("acknowledge"));
    this.#silence.addEventListener("click", () => this.#toggle("silence"));
    this.#buttons.append(this.#acknowledge, this.#silence);
    this.element.append(this.#buttons, this.#message);
    this.allow(canOperate);
  }

  allow(canOperate) {
    this.element.hidden = !canOperate;
  }

  show(group) {
    this.#group = group;
    // Before it fires, and after somebody took it on, there is nothing to take on.
    const canAcknowledge = group.alerts.some(({ fault }) => fault) && !group.acknowledged;
    this.#acknowledge.hidden = !canAcknowledge;
    if (!canAcknowledge && this.#form?.dataset.kind === "acknowledge") this.#close();
  }

  #toggle(kind) {
    const isOpen = this.#form?.dataset.kind === kind;
    this.#close();
    if (isOpen) return;
    this.#form = kind === "silence" ? this.#silenceForm() : this.#acknowledgeForm();
    this.#form.dataset.kind = kind;
    this.#open();
  }

  #open() {
    this.#buttons.after(this.#form);
    for (const button of [this.#acknowledge, this.#silence]) {
      button.setAttribute("aria-expanded", String(button.dataset.action === this.#form.dataset.kind));
    }
    this.#form.querySelector("input, select")?.focus();
  }

  #close() {
    this.#form?.remove();
    this.#form = null;
    setText(this.#message, "");
    for (const button of [this.#acknowledge, this.#silence]) button.setAttribute("aria-expanded", "false");
  }

  #acknowledgeForm() {
    const comment = make("input", { type: "text", name: "comment", maxlength: "160", autocomplete: "off" });
    return this.#makeForm("Acknowledge", [field("What you do about it (others see it)", comment)], () => {
      const alert = this.#group.alerts.find(({ fault }) => fault);
      if (!alert) throw new APIError(409, "It is not firing any more.");
      return post(`/alerts/${encodeURIComponent(alert.id)}/acknowledge`, { comment: comment.value.trim() });
    });
  }

  #silenceForm() {
    const scopes = scopesOf(this.#group);
    const scope = make("select", { name: "scope" },
      ...scopes.map(({ text }, index) => make("option", { value: String(index) }, text)));
    const length = make("select", { name: "length" },
      ...DURATIONS.map(([value, text]) => make("option", { value }, text)));
    length.value = "3600";
    const until = make("input", { type: "datetime-local", name: "until", "aria-label": "Until" });
    until.hidden = true;
    length.addEventListener("change", () => {
      until.hidden = length.value !== "";
    });
    const comment = make("input", { type: "text", name: "comment", maxlength: "200", autocomplete: "off" });
    const fields = [field("Nobody is told of", scope), field("For", length), until, field("Because", comment)];
    return this.#makeForm("Silence", fields, () => post("/silences", {
      matchers: scopes[Number(scope.value)].matchers, ends_at: endOf(length.value, until.value),
      comment: comment.value.trim(),
    }));
  }

  #makeForm(title, fields, send) {
    const submit = make("button", { type: "submit", class: "button primary" }, title);
    const cancel = make("button", { type: "button", class: "button quiet", onclick: () => this.#close() }, "Cancel");
    const form = make("form", { class: "alert-form" }, ...fields, make("div", { class: "buttons" }, submit, cancel));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      setText(this.#message, "");
      try {
        await send();
        this.#close();
        this.#onChanged();
      } catch (error) {
        if (!(error instanceof APIError)) throw error;
        setText(this.#message, error.message);
      } finally {
        submit.disabled = false;
      }
    });
    return form;
  }
}

function field(text, input) {
  lastID += 1;
  input.id = `field-${lastID}`;
  return make("label", { for: input.id }, make("span", {}, text), input);
}

/** What a silence may be of: all that is at fault, or one of what is called, by one caller. */
function scopesOf({ node, alerts, inhibited }) {
  const all = node.kind === "everything" ? [] : [{
    text: `everything about ${node.name}`,
    matchers: matchers({ environment: node.environment, [node.kind]: node.name }),
  }];
  // A silence is of a whole host.
  const subjects = new Map(
    [...alerts, ...inhibited].map(({ subject }) => [subjectText({ ...subject, part: "" }), subject]));
  const single = [...subjects].slice(0, MAXIMUM_SCOPES)
    .map(([text, subject]) => ({ text, matchers: matchers(subject) }));
  return [...all, ...single];
}

const FIELDS = ["environment", "service", "dependency", "operation", "host", "level"];

const matchers = (names) => FIELDS.filter((name) => names[name]).map((name) => ({ field: name, pattern: names[name] }));

function endOf(seconds, until) {
  if (seconds !== "") return asInstant(serverNow() + Number(seconds) * 1_000);
  const at = Date.parse(until);
  if (Number.isNaN(at)) throw new APIError(0, "Say until when.");
  return asInstant(at);
}
