// How long to wait before the next try: doubling, with jitter, up to a bound.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

export class Backoff {
  #failures = 0;

  reset() {
    this.#failures = 0;
  }

  /** Milliseconds to wait after one more failure; `random` is in 0 … 1. */
  next(random = Math.random()) {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    return ceiling / 2 + (ceiling / 2) * random;
  }
}
