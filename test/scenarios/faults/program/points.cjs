/** Which calls are struck: few of many kinds, the same for the same seed. */

/** xorshift32 */
class Random {
  #state;
  constructor(seed) {
    this.#state = seed | 0 || 1;
  }
  below(limit) {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
  shuffled(list) {
    const left = [...list];
    return list.map(() => left.splice(this.below(left.length), 1)[0]);
  }
}

/** A point of each kind of call in turn, until there are `count`; where that is more than there are, some twice. */
function chosen(points, count, random) {
  if (points.length === 0 && count > 0) throw new Error("there are no such points");
  const kinds = new Map();
  for (const point of random.shuffled(points)) {
    const kind = `${point.verb} ${point.program ?? ""} ${point.name}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), point]);
  }
  const queues = random.shuffled([...kinds.values()]);
  const all = [];
  while (all.length < count) {
    const round = queues.filter((queue) => queue.length > 0);
    if (round.length === 0) all.push(...random.shuffled(points).slice(0, count - all.length));
    for (const queue of round) if (all.length < count) all.push(queue.pop());
  }
  return all;
}

module.exports = { Random, chosen };
