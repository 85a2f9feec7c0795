// Making elements; text from data only ever goes in as text, never as markup.

/** The element with this id of the page. */
export const byID = (id) => document.getElementById(id);

/** Makes an element with properties or attributes, and children (elements or text). */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets the text only where it changes, so that selections and screen readers are left in peace. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A group of radio buttons that looks like one switch. `choices`: `[{value, label, title}]`. */
export function segments(container, name, choices, chosen, onChange) {
  for (const choice of choices) {
    const input = make("input", { type: "radio", name, value: choice.value });
    input.checked = choice.value === chosen;
    input.addEventListener("change", () => onChange(choice.value));
    container.append(make("label", { title: choice.title }, input, make("span", {}, choice.label)));
  }
}
