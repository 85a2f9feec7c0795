// Why a grade is not good: which limit is crossed, in words.

import { make } from "../dom.js";
import { crossing } from "../measures.js";

/** Elements for an item's reasons; `null` where there are none. */
export function reasons(item) {
  if (!item.reasons?.length) return null;
  const list = make("ul", { class: "reasons", "data-grade": item.grade },
    ...item.reasons.map(({ measure, value, limit, level }) =>
      make("li", {}, crossing({ metric: measure, value, limit, severity: level }))));
  return [make("h3", {}, "Why"), list];
}
