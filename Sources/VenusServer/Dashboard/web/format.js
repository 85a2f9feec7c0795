// Numbers and times as people read them; what there is nothing to say about is a dash.

export const NOTHING = "–";
/** Between a number and its unit: they stay on one line. */
const NB = "\u00a0";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Whether there is something to say. */
export const isKnown = (value) => typeof value === "number" && Number.isFinite(value);

export const count = (value) => (isKnown(value) ? grouped.format(value) : NOTHING);

/** A fraction 0 … 1 as a percentage. Never rounds up to 100 % nor down to 0 %. */
export function percent(fraction) {
  if (!isKnown(fraction)) return NOTHING;
  const value = fraction * 100;
  if (value <= 0) return `0${NB}%`;
  if (value >= 100) return `100${NB}%`;
  if (value < 0.01) return `<${NB}0.01${NB}%`;
  if (value > 99.99) return `>${NB}99.99${NB}%`;
  if (value >= 99 || value < 1) return `${trimmed(value >= 99 ? floor(value, 2) : value.toFixed(2))}${NB}%`;
  return `${trimmed(value >= 90 ? floor(value, 1) : value.toFixed(1))}${NB}%`;
}

/** Milliseconds with the unit that suits them. */
export function milliseconds(value) {
  if (!isKnown(value)) return NOTHING;
  if (value === 0) return `0${NB}ms`;
  if (value < 0.95) return `${value.toFixed(2)}${NB}ms`;
  if (value < 9.95) return `${value.toFixed(1)}${NB}ms`;
  if (value < 999.5) return `${Math.round(value)}${NB}ms`;
  if (value % 1_000 === 0 && value < 60_000) return `${value / 1_000}${NB}s`;
  if (value < 9_995) return `${(value / 1_000).toFixed(2)}${NB}s`;
  if (value < 59_950) return `${(value / 1_000).toFixed(1)}${NB}s`;
  return span(value / 1_000);
}

/** A time of calls; marked where some of them were seen in encrypted tunnels only, and their times estimated. */
export const callTime = (kpis, value) =>
  (isKnown(value) && kpis?.estimated > 0 ? `≈${NB}${milliseconds(value)}` : milliseconds(value));

/** A rate, with as many digits as matter. */
export function rate(value) {
  if (!isKnown(value)) return NOTHING;
  if (value === 0) return "0";
  if (value < 0.05) return `<${NB}0.1`;
  if (value < 9.95) return trimmed(value.toFixed(1));
  if (value < 99_950) return grouped.format(value);
  if (value < 999_500) return `${grouped.format(value / 1_000)}${NB}k`;
  return `${(value / 1_000_000).toFixed(1)}${NB}M`;
}

/** How many times as much. */
export function times(value) {
  if (!isKnown(value)) return NOTHING;
  return `${value < 99.95 ? trimmed(value.toFixed(1)) : grouped.format(value)}×`;
}

export const bytesPerSecond = (value) => (isKnown(value) ? `${bytes(value)}/s` : NOTHING);

export function bytes(value) {
  if (!isKnown(value)) return NOTHING;
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)}${NB}${units[unit]}`;
}

/** A length of time in seconds, roughly: `4 s`, `3 min`, `2 h 5 min`. */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}${NB}s`;
  if (whole < 600) return `${Math.floor(whole / 60)}${NB}min ${whole % 60}${NB}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}${NB}min`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}${NB}h ${Math.floor((whole % 3_600) / 60)}${NB}min`;
  return `${Math.floor(whole / 86_400)}${NB}d ${Math.floor((whole % 86_400) / 3_600)}${NB}h`;
}

/** The same without what is nothing: `1 h`, not `1 h 0 min`. */
export const wholeSpan = (seconds) => span(seconds).replace(/ 0\u00a0.*$/, "");

const clockFormat = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const hourMinuteFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayMonthFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const monthYearFormat = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });

/** Times in the viewer's zone. */
export const clock = (date) => clockFormat.format(date);
export const hourMinute = (date) => hourMinuteFormat.format(date);
export const dayMonth = (date) => dayMonthFormat.format(date);
export const monthYear = (date) => monthYearFormat.format(date);
/** With the seconds: of something that happened. */
export const instant = (date) => `${dayMonth(date)} ${clock(date)}`;
export const moment = (date) => `${dayMonth(date)} ${hourMinute(date)}`;

const floor = (value, digits) => (Math.floor(value * 10 ** digits) / 10 ** digits).toFixed(digits);
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
