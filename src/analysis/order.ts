// Puts things into an order in which what is needed comes first (patches.md 4.1, commands.md 6.2).
//
//   a needs b (prerequisite)                       b before a
//   a must follow b (patch and base, superseder)   b before a, even inside a circle of prerequisites
//   circle of prerequisites                        legal: its members in the order given
//   nothing said                                   the order given
//
// Pure, and linear in things and edges: one pass of Tarjan's algorithm, which emits circles as a whole, what they need first.

/** For each of `count` things, numbered in the order given, the numbers of those it comes after. */
export interface Before {
  /** Gives way inside a circle. */
  readonly needs: (index: number) => readonly number[];
  /** Never gives way, unless these edges themselves run in a circle. */
  readonly follows: (index: number) => readonly number[];
}

/** The numbers 0..count-1 in order. Stable: two things without an edge between them keep the order given. */
export function inOrder(count: number, before: Before): number[] {
  const all = (index: number): readonly number[] => [...before.follows(index), ...before.needs(index)];
  return circles(range(count), all).flatMap((circle) => {
    if (circle.length === 1) return circle;
    const members = new Set(circle);
    const given = circle.sort((left, right) => left - right);
    return circles(given, (index) => before.follows(index).filter((each) => members.has(each))).flat();
  });
}

interface Visit {
  readonly node: number;
  readonly targets: readonly number[];
  next: number;
}

/** Strongly connected components of the graph reachable from `roots`, each after all that it points at. Iterative: chains get long. */
function circles(roots: readonly number[], edges: (node: number) => readonly number[]): number[][] {
  const number = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const found: number[][] = [];
  const path: Visit[] = [];
  const enter = (node: number): void => {
    number.set(node, number.size);
    low.set(node, number.get(node)!);
    open.push(node);
    isOpen.add(node);
    path.push({ node, targets: edges(node), next: 0 });
  };
  const lower = (node: number, value: number): void => {
    if (value < low.get(node)!) low.set(node, value);
  };
  for (const root of roots) {
    if (!number.has(root)) enter(root);
    while (path.length > 0) {
      const visit = path[path.length - 1]!;
      const target = visit.targets[visit.next];
      if (target !== undefined) {
        visit.next += 1;
        if (!number.has(target)) enter(target);
        else if (isOpen.has(target)) lower(visit.node, number.get(target)!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent) lower(parent.node, low.get(visit.node)!);
      if (low.get(visit.node) === number.get(visit.node)) found.push(close(visit.node, open, isOpen));
    }
  }
  return found;
}

/** Takes one finished component off the stack of open nodes. */
function close(first: number, open: number[], isOpen: Set<number>): number[] {
  const component = open.splice(open.lastIndexOf(first));
  for (const node of component) isOpen.delete(node);
  return component;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
