// Walks over a graph of patches. Promise: no recursion (a chain may be thousands long), and circles end.

/** Everything reached from the start, which itself is in the result only when a circle leads back to it. */
export function reach<Node>(start: readonly Node[], next: (node: Node) => readonly Node[]): Set<Node> {
  const found = new Set<Node>();
  const pending = [...start];
  for (const node of pending) {
    for (const each of next(node)) {
      if (found.has(each)) continue;
      found.add(each);
      pending.push(each);
    }
  }
  return found;
}

/** Everything connected with the start in any of the directions, the start included; each is added to `done`. */
export function connected<Node>(
  start: Node,
  directions: readonly ((node: Node) => readonly Node[])[],
  done: Set<Node>,
): Node[] {
  const found = [start];
  done.add(start);
  for (const node of found) {
    for (const next of directions) {
      for (const each of next(node)) {
        if (done.has(each)) continue;
        done.add(each);
        found.push(each);
      }
    }
  }
  return found;
}

/** The nearest nodes of `inside` in one direction, walking on through nodes outside it. */
export function nearestInside<Node>(
  start: Node,
  inside: ReadonlySet<Node>,
  next: (node: Node) => readonly Node[],
): readonly Node[] {
  const direct = next(start);
  if (direct.every((node) => inside.has(node))) return direct;
  const reached = reach([start], (node) => (node !== start && inside.has(node) ? [] : next(node)));
  return [...reached].filter((node) => inside.has(node));
}

/** Sorts so that what `older` names stands before who names it; otherwise in the order given. */
export function oldestFirst<Node>(nodes: readonly Node[], older: (node: Node) => readonly Node[]): Node[] {
  const sorted = new Set<Node>();
  const open = new Set<Node>();
  for (const start of nodes) {
    const pending = [start];
    while (pending.length > 0) {
      const node = pending.at(-1)!;
      const before = open.has(node) ? [] : older(node).filter((each) => !sorted.has(each) && !open.has(each));
      open.add(node);
      if (before.length === 0) {
        sorted.add(node);
        pending.pop();
      } else pending.push(...before.reverse());
    }
  }
  return [...sorted];
}

/** Groups of nodes that `next` leads back to themselves: each a circle, or several that touch. */
export function circles<Node>(nodes: readonly Node[], next: (node: Node) => readonly Node[]): Node[][] {
  // Nearly always all is well: what stands behind everything it names is on no circle.
  const sound = new Set<Node>();
  for (const node of oldestFirst(nodes, next)) if (next(node).every((each) => sound.has(each))) sound.add(node);
  const left = nodes.filter((node) => !sound.has(node));
  const around = new Map(left.map((node) => [node, reach([node], next)]));
  const groups: Node[][] = [];
  for (const node of left) {
    if (!around.get(node)!.has(node) || groups.some((group) => group.includes(node))) continue;
    groups.push(left.filter((each) => around.get(node)!.has(each) && around.get(each)!.has(node)));
  }
  return groups;
}
