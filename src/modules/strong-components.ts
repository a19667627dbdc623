/** Tarjan's strongly connected components, without recursion: a chain of modules may be long. */

interface Visit<T> {
  readonly node: T;
  readonly targets: Iterator<T>;
}

/** The groups of nodes that reach each other, among all that can be reached from `starts`; single nodes only with an edge to themselves. */
export function strongComponents<T>(starts: Iterable<T>, edges: (node: T) => ReadonlySet<T>): T[][] {
  const index = new Map<T, number>();
  const low = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const groups: T[][] = [];

  const enter = (node: T): Visit<T> => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    open.push(node);
    isOpen.add(node);
    return { node, targets: edges(node).values() };
  };
  const lower = (node: T, value: number) => low.set(node, Math.min(low.get(node)!, value));
  const close = (node: T) => {
    if (low.get(node) !== index.get(node)) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) isOpen.delete(member);
    if (group.length > 1 || edges(node).has(node)) groups.push(group);
  };

  for (const start of starts) {
    if (index.has(start)) continue;
    const stack = [enter(start)];
    while (stack.length > 0) {
      const visit = stack[stack.length - 1]!;
      const { done, value: target } = visit.targets.next();
      if (done) {
        stack.pop();
        close(visit.node);
        const outer = stack[stack.length - 1];
        if (outer) lower(outer.node, low.get(visit.node)!);
      } else if (!index.has(target)) stack.push(enter(target));
      else if (isOpen.has(target)) lower(visit.node, index.get(target)!);
    }
  }
  return groups;
}
