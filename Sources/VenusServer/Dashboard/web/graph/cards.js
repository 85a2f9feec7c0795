// The KPIs of the whole, each with what stands beside it and its last two minutes.

import { Sparkline } from "../charts/sparkline.js";
import { shares } from "../details/facts.js";
import { byID, make, setText } from "../dom.js";
import { bytesPerSecond, callTime, count, percent, rate } from "../format.js";
import { gradeMark, shown } from "../grade.js";

const CARDS = [
  {
    title: "Availability",
    value: (kpis) => kpis.availability,
    figure: (kpis) => percent(kpis.availability),
    beside: (kpis) => {
      if (kpis.basis === "transport") return "of connecting · status not visible";
      const calls = kpis.calls === 1 ? "1 call" : `${count(kpis.calls)} calls`;
      return kpis.basis === "mixed" ? `${calls} · status not visible for some` : calls;
    },
  },
  {
    title: "Response time p95",
    value: (kpis) => kpis.response_time_ms?.p95,
    figure: (kpis) => callTime(kpis, kpis.response_time_ms?.p95),
    beside: (kpis) => {
      const times = kpis.response_time_ms ?? {};
      return ["p50", "p99", "max"].map((name) => `${name} ${callTime(kpis, times[name])}`).join(" · ");
    },
  },
  {
    title: "Load",
    value: (kpis) => kpis.load?.calls_per_minute,
    figure: (kpis) => rate(kpis.load?.calls_per_minute),
    unit: "calls/min",
    beside: (kpis) => {
      const load = kpis.load ?? {};
      return `${bytesPerSecond(load.bytes_sent_per_second)} sent · `
        + `${bytesPerSecond(load.bytes_received_per_second)} received`;
    },
  },
  {
    title: "Error rate",
    value: (kpis) => kpis.error_rate,
    figure: (kpis) => percent(kpis.error_rate),
    beside: shares,
  },
];

export class Cards {
  #views;

  constructor() {
    this.#views = CARDS.map((card) => {
      const badge = make("span", { title: "Grade of the whole" });
      const title = make("span");
      const figure = make("span");
      const beside = make("p", { class: "beside" });
      const unit = card.unit ? make("small", {}, ` ${card.unit}`) : null;
      const element = make("article", { class: "surface card" },
        make("h3", {}, title, badge), make("p", { class: "figure" }, figure, unit));
      const sparkline = new Sparkline(element);
      element.append(beside);
      byID("cards").append(element);
      return { card, title, badge, figure, beside, sparkline };
    });
  }

  /** Another filter: the lines begin anew. */
  clear() {
    for (const { sparkline } of this.#views) sparkline.clear();
  }

  /** Of a past time: the figures alone. */
  showPast(kpis) {
    this.clear();
    for (const { card, title, figure, beside } of this.#views) {
      setText(title, card.title);
      setText(figure, card.figure(kpis));
      setText(beside, card.beside(kpis));
    }
    this.#views[0].badge.replaceChildren();
  }

  /**
   * @param items of `by=total`, one an environment; none where there were no calls. Quantiles of several environments
   *   cannot be added up, so the busiest is shown, by its name.
   */
  show(items) {
    const item = [...items].sort((one, other) => other.kpis.calls - one.kpis.calls)[0];
    const kpis = item?.kpis ?? {};
    const where = items.length > 1 ? ` · ${item.environment}` : "";
    for (const { card, title, figure, beside, sparkline } of this.#views) {
      setText(title, card.title + where);
      setText(figure, card.figure(kpis));
      setText(beside, card.beside(kpis));
      sparkline.push(card.value(kpis));
    }
    this.#views[0].badge.replaceChildren(...(item ? [gradeMark(shown(item.grade, kpis), { chip: true })] : []));
  }
}
