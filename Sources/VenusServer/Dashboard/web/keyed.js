// Lists whose elements stay while what they show changes: what has the focus, or is being typed into, is left in peace.

/**
 * Brings the children of `list` in line with `items`.
 *
 * @param make an item's element, when it is new; `show(element, item)` fills it.
 */
export function keep(list, known, items, make, show) {
  const next = new Map(items.map((item) => [item.id, known.get(item.id) ?? make(item)]));
  for (const [id, element] of known) if (!next.has(id)) element.remove();
  items.forEach((item, index) => {
    const element = next.get(item.id);
    show(element, item);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  return next;
}
