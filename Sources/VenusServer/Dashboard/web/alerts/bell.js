// The bell that marks alerts; its state is said in words beside it.

import { make } from "../dom.js";

/** In a box of 16 × 16. */
export const BELL = "M8 .8a1 1 0 0 1 1 1v.5a4.6 4.6 0 0 1 3.6 4.5v3l1.4 2v1.4H2v-1.4l1.4-2v-3A4.6 4.6 0 0 1 7 2.3v-.5"
  + "a1 1 0 0 1 1-1ZM6.2 14h3.6a1.8 1.8 0 0 1-3.6 0Z";
const SVG = "http://www.w3.org/2000/svg";

export function bell() {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", BELL);
  icon.append(path);
  return icon;
}

/** The bell of a row, with its state in words. */
export function alertMark(mark) {
  const words = make("span", { class: "hidden-text" }, markWord(mark));
  return make("span", { class: "alert-mark", "data-alert": mark, title: markWord(mark) }, bell(), words);
}

const WORDS = {
  firing: "alert firing", no_data: "alert: no data", pending: "alert pending",
  inhibited: "alert explained by another fault",
};

/** The state of a mark, in words. */
export const markWord = (mark) => WORDS[mark] ?? "alert";
