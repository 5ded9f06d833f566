// The same work on many nodes, so many at a time. Promise: answers stand in the order of the nodes, whoever was ready first.

/** Runs `work` on each item, at most `width` at one time. A rejection is thrown when all that were begun have ended. */
export async function fanOut<Item, Answer>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const at = next++;
      answers[at] = await work(items[at]!);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  for (const each of lanes) if (each.status === 'rejected') throw each.reason;
  return answers;
}
