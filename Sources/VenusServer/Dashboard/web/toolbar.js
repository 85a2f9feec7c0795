// Window selector and the filters for environment and service.

import { get } from "./api.js";
import { byID, make, segments } from "./dom.js";
import { WINDOWS } from "./filter.js";

export class Toolbar {
  #filter;
  #environments = new Set();
  #services = new Set();

  /** @param onChange called with `{window, environment, service}`. */
  constructor({ window, environment, service }, onChange) {
    const filter = { window, environment, service };
    this.#filter = filter;
    const change = (part) => {
      this.#filter = { ...this.#filter, ...part };
      onChange(this.#filter);
    };
    segments(byID("windows"), "window", WINDOWS, filter.window, (window) => change({ window }));
    byID("service").addEventListener("change", (event) => change({ service: event.target.value }));
    byID("environment").addEventListener("change", (event) => change({ environment: event.target.value }));
    this.#show();
  }

  /** Another filter, by another way than this bar. */
  set({ window, environment, service }) {
    this.#filter = { window, environment, service };
    for (const input of byID("windows").querySelectorAll("input")) input.checked = input.value === window;
    this.#show();
  }

  /** Asks once for the names: a filtered view shows only its own. */
  async load() {
    try {
      const answer = await get("/kpis", { window: "1h", by: "service" });
      this.seen(answer?.items ?? []);
    } catch {
      // The names that are pushed will do.
    }
  }

  /** Names once seen stay to be chosen. `items`: anything with `environment` and `service`. */
  seen(items) {
    const before = this.#environments.size + this.#services.size;
    for (const { environment, service } of items) {
      if (environment) this.#environments.add(environment);
      if (service) this.#services.add(service);
    }
    if (this.#environments.size + this.#services.size !== before) this.#show();
  }

  #show() {
    fill(byID("service"), "All services", this.#services, this.#filter.service);
    fill(byID("environment"), "All environments", this.#environments, this.#filter.environment);
    byID("environment-pick").hidden = this.#environments.size < 2 && !this.#filter.environment;
  }
}

function fill(select, all, names, chosen) {
  const sorted = [...new Set(chosen ? [...names, chosen] : names)].sort((one, other) => one.localeCompare(other));
  const options = sorted.map((name) => make("option", { value: name }, name));
  select.replaceChildren(make("option", { value: "" }, all), ...options);
  select.value = chosen;
}
