// A share as a bar.

const WIDTH = 100;

/** @param share 0 to 1; `tone`: a grade, for its colour. */
export function bar(share, tone = "") {
  const holder = document.createElement("span");
  holder.className = "bar-holder";
  const svg = d3.select(holder).append("svg").attr("viewBox", `0 0 ${WIDTH} 8`).attr("preserveAspectRatio", "none")
    .attr("aria-hidden", "true");
  svg.append("rect").attr("class", "track").attr("width", WIDTH).attr("height", 8).attr("rx", 2);
  svg.append("rect").attr("class", "bar").attr("data-grade", tone || null)
    .attr("width", Math.max(share > 0 ? 0.8 : 0, Math.min(1, share) * WIDTH)).attr("height", 8).attr("rx", 2);
  return holder;
}
