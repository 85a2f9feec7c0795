// Grades: word, icon and order; never by colour alone.

/** Worst first. `unseen` is the page's own: nothing is wrong, as far as can be told without seeing a status. */
export const GRADES = ["poor", "fair", "unseen", "good", "idle"];

const WORDS = { good: "Good", fair: "Fair", poor: "Poor", idle: "Idle", unseen: "Status not visible" };

/** Outlines in a box of 16 × 16: a tick in a disc, a triangle, a cross in an octagon, a ring, a padlock. */
const SHAPES = {
  good: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM7.1 11.4 3.9 8.2l1.3-1.3 1.9 1.9 3.8-3.8 1.3 1.3Z",
  fair: "M8 1.2 15.4 14.4H.6ZM7.1 6v4.2h1.8V6Zm0 5.2v1.7h1.8v-1.7Z",
  poor: "M5 1h6l4 4v6l-4 4H5l-4-4V5Zm.2 3.9L4 6.1 6.3 8 4 10.3l1.2 1.2L8 9.2l2.3 2.3 1.2-1.2L9.2 8l2.3-2.3-1.2-1.2L8 6.8Z",
  idle: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z",
  unseen: "M4 7V5a4 4 0 0 1 8 0v2h1.2v7.6H2.8V7Zm1.8 0h4.4V5a2.2 2.2 0 0 0-4.4 0ZM7.1 9.4v2.8h1.8V9.4Z",
};

/** What to show of a grade: a good one says little where it comes from connecting alone. */
export const shown = (grade, kpis) => (grade === "good" && kpis?.basis === "transport" ? "unseen" : known(grade));

/** A grade of ours; anything unknown is idle. */
export const known = (grade) => (Object.hasOwn(WORDS, grade) ? grade : "idle");
export const word = (grade) => WORDS[known(grade)];
export const shape = (grade) => SHAPES[known(grade)];
/** Worst first. */
export const rank = (grade) => GRADES.indexOf(known(grade));

const SVG = "http://www.w3.org/2000/svg";

/** Icon and word as one element; `text` stands in for the word, for instance a count. */
export function gradeMark(grade, { text = word(grade), chip = false } = {}) {
  const mark = document.createElement("span");
  mark.className = chip ? "grade chip" : "grade";
  mark.dataset.grade = known(grade);
  mark.append(gradeIcon(grade), document.createTextNode(text));
  return mark;
}

/** The icon alone, with the word as its name. */
export function gradeIcon(grade) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", shape(grade));
  path.setAttribute("fill-rule", "evenodd");
  icon.append(path);
  return icon;
}
