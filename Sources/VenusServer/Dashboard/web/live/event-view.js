// A subscription to events: each comes once, in order, and nothing is put together.

export class EventView {
  /** Where in the server's count the last event was; `null` before the first snapshot. */
  position = null;
  /** What came last: the data of the frame, and its `type`. */
  data = null;

  constructor(filter) {
    this.filter = filter;
  }

  /**
   * Takes a snapshot, an update or a gap in. `false`: it does not follow what is known: the whole must be asked for.
   */
  receive(frame) {
    if (frame.type !== "snapshot") {
      if (this.position?.epoch !== frame.epoch || this.position.seq !== frame.from) return false;
    }
    this.data = { ...frame.data, type: frame.type };
    this.position = { epoch: frame.epoch, seq: frame.seq };
    return true;
  }
}
