// The ways between the views; links, so that each opens in a tab of its own as well.

import { byID, make, setText } from "./dom.js";
import { addressOf, VIEWS } from "./place.js";

const TITLES = { dependencies: "Dependencies", alerts: "Alerts", hosts: "Hosts", report: "Report" };

export class Navigation {
  #links = new Map();
  #count = make("span", { class: "count", hidden: true });
  #countWords = make("span", { class: "hidden-text" });

  /** @param onGo called with the view. */
  constructor(onGo) {
    for (const view of VIEWS) {
      const link = make("a", { href: "?", "data-view": view }, TITLES[view]);
      if (view === "alerts") link.append(this.#count, this.#countWords);
      link.addEventListener("click", (event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onGo(view);
      });
      byID("views").append(link);
      this.#links.set(view, link);
    }
  }

  show(place) {
    for (const [view, link] of this.#links) {
      if (view === place.view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      link.href = addressOf({ ...place, view, host: "", wanted: null });
      byID(view).hidden = view !== place.view;
    }
    for (const id of ["windows", "picks"]) byID(id).hidden = place.view !== "dependencies";
  }

  /** How many faults there are that somebody must know of. */
  alerts(count) {
    this.#count.hidden = count === 0;
    setText(this.#count, String(count));
    setText(this.#countWords, count === 0 ? "" : count === 1 ? " fault" : " faults");
  }
}
