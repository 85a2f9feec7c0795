// Where nodes stand: columns by depth of the calls, few crossings, and no node moves without a reason.

/** Nodes are as wide as the canvas lets them be, so that long names show. */
export const boxFor = (canvasWidth) =>
  ({ width: Math.round(Math.min(280, Math.max(190, canvasWidth * 0.26))), height: 48 });

/** Room for labels between two columns. */
const GAP = 150;
const PITCH = 62;
const MARGIN = { x: 20, top: 34, bottom: 22 };
const SWEEPS = 6;

/**
 * Keeps the order of the columns from one update to the next: new nodes are put in where they fit, the others keep
 * their order.
 */
export class Layout {
  /** Node ids from top to bottom, by column. */
  #columns = [];

  /** Forgets the order: the next `place` starts afresh. */
  clear() {
    this.#columns = [];
  }

  /**
   * @param nodes map id → node with `edges`.
   * @param width of the canvas.
   * @param box size of a node.
   * @returns `{places: Map id → {x, y}, height, columns: [x]}`; x and y are the middle of a node.
   */
  place(nodes, width, box) {
    const depths = depthsOf(nodes);
    const isFirst = this.#columns.length === 0;
    this.#keep(nodes, depths);
    this.#insert(nodes, depths);
    if (isFirst) this.#untangle(nodes);
    return this.#coordinates(width, box);
  }

  #keep(nodes, depths) {
    this.#columns = this.#columns.map((column, depth) =>
      column.filter((id) => nodes.has(id) && depths.get(id) === depth));
  }

  #insert(nodes, depths) {
    const placed = new Set(this.#columns.flat());
    const arriving = [...nodes.keys()].filter((id) => !placed.has(id));
    arriving.sort((one, other) => depths.get(one) - depths.get(other) || (one < other ? -1 : 1));
    for (const id of arriving) {
      const depth = depths.get(id);
      while (this.#columns.length <= depth) this.#columns.push([]);
      const column = this.#columns[depth];
      const wanted = this.#pull(nodes.get(id));
      const ranks = this.#ranks();
      const index = wanted === null ? -1 : column.findIndex((other) => ranks.get(other) > wanted);
      column.splice(index < 0 ? column.length : index, 0, id);
    }
  }

  /** Orders every column by where its neighbours stand, back and forth. */
  #untangle(nodes) {
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const order = this.#columns.map((_, index) => index);
      if (sweep % 2 === 1) order.reverse();
      for (const index of order) {
        const ranks = this.#ranks();
        const pulls = new Map(this.#columns[index].map((id) => [id, this.#pull(nodes.get(id)) ?? ranks.get(id)]));
        this.#columns[index].sort((one, other) => pulls.get(one) - pulls.get(other) || (one < other ? -1 : 1));
      }
    }
  }

  /** Height 0 … 1 of every node within its column. */
  #ranks() {
    const ranks = new Map();
    for (const column of this.#columns) column.forEach((id, index) => ranks.set(id, (index + 0.5) / column.length));
    return ranks;
  }

  /** Mean height of the neighbours that have a place; `null` where there are none. */
  #pull(node) {
    const ranks = this.#ranks();
    const heights = node.edges
      .map((edge) => ranks.get(edge.source.id === node.id ? edge.target.id : edge.source.id))
      .filter((height) => height !== undefined);
    return heights.length === 0 ? null : heights.reduce((sum, height) => sum + height, 0) / heights.length;
  }

  #coordinates(width, box) {
    const columns = this.#columns.filter((column) => column.length > 0);
    const rows = Math.max(1, ...columns.map((column) => column.length));
    const height = MARGIN.top + rows * PITCH + MARGIN.bottom;
    const left = MARGIN.x + box.width / 2;
    const step = columns.length > 1 ? Math.max(box.width + GAP, (width - 2 * left) / (columns.length - 1)) : 0;
    const places = new Map();
    columns.forEach((column, index) => {
      // A short column is spread a little, so that its edges fan out.
      const pitch = Math.min(PITCH * 1.9, (rows * PITCH) / column.length);
      const top = MARGIN.top + (rows * PITCH - column.length * pitch) / 2 + pitch / 2;
      column.forEach((id, row) => places.set(id, { x: left + index * step, y: top + row * pitch }));
    });
    return { places, height, columns: columns.map((_, index) => left + index * step) };
  }
}

/** Longest way from a node that nobody calls; cycles are cut where they are met. */
function depthsOf(nodes) {
  const depths = new Map();
  const underway = new Set();
  const depth = (node) => {
    if (depths.has(node.id)) return depths.get(node.id);
    underway.add(node.id);
    let deepest = node.kind === "dependency" ? 1 : 0;
    for (const edge of node.edges) {
      if (edge.target.id !== node.id || underway.has(edge.source.id)) continue;
      deepest = Math.max(deepest, depth(edge.source) + 1);
    }
    underway.delete(node.id);
    depths.set(node.id, deepest);
    return deepest;
  };
  for (const node of nodes.values()) depth(node);
  return depths;
}
