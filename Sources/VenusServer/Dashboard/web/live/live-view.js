// What a subscription has shown so far: a snapshot with all updates since, and where in the server's count that is.

export class LiveView {
  /** What to return to after a connection was lost; `null` before the first snapshot. */
  position = null;
  data = null;

  constructor(filter) {
    this.filter = filter;
  }

  /** Takes a frame in. `false`: it builds on a state that is not this one, and the whole must be asked for. */
  receive(frame) {
    if (frame.type === "update") {
      if (this.position?.epoch !== frame.epoch || this.position.seq !== frame.from) return false;
      this.data = merge(this.data, frame.data);
    } else {
      this.data = frame.data;
    }
    this.position = { epoch: frame.epoch, seq: frame.seq };
    return true;
  }
}

/** Lists, arrays of objects with an `id`, come with what is new or different in them; all else comes whole. */
function merge(data, { removed = {}, ...changes }) {
  const merged = { ...data, ...changes };
  for (const name of new Set([...Object.keys(changes), ...Object.keys(removed)])) {
    if (name in changes && !isList(changes[name])) continue;
    const items = new Map((data[name] ?? []).map((item) => [item.id, item]));
    for (const id of removed[name] ?? []) items.delete(id);
    for (const item of changes[name] ?? []) items.set(item.id, mergeMembers(items.get(item.id), item));
    merged[name] = [...items.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }
  return merged;
}

/** Of an item that is known come the members that differ, of those that are objects again the members that differ. */
function mergeMembers(known, changes) {
  if (!isObject(known) || !isObject(changes)) return changes;
  const merged = { ...known };
  for (const [name, value] of Object.entries(changes)) merged[name] = mergeMembers(known[name], value);
  return merged;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value) => Array.isArray(value) && value.length > 0 && value.every((item) => item?.id !== undefined);
