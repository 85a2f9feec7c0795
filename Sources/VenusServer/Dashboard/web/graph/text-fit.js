// The widths of texts, and names shortened to one in the middle: of `host:port` both the start and the end matter.

const context = document.createElement("canvas").getContext("2d");
const cache = new Map();
const MAXIMUM_CACHED = 2_000;

/** How wide a text is, in px. @param font a CSS font, e.g. `600 13px sans-serif`. */
export function widthOf(text, font) {
  context.font = font;
  return context.measureText(text).width;
}

/** @param font as above. */
export function fit(text, width, font) {
  const key = `${font}|${width}|${text}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= MAXIMUM_CACHED) cache.clear();
  context.font = font;
  const fitted = shorten(text, width);
  cache.set(key, fitted);
  return fitted;
}

function shorten(text, width) {
  if (context.measureText(text).width <= width) return text;
  const characters = [...text].slice(0, 400);
  let low = 0;
  let high = characters.length;
  const cut = (length) => {
    const head = Math.ceil(length * 0.55);
    return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (length - head)).join("")}`;
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(cut(middle)).width <= width) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}
