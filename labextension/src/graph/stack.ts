/** Things above each other, each as near as possible to where it wants to be. Pure. */

interface Group {
  sum: number;
  size: number;
}

/**
 * The tops of things that keep their order and do not overlap, with the least sum of squared distances
 * from `wanted`: isotonic regression, by pooling neighbours that would overlap. `heights` include the gap
 * below each thing.
 */
export function stack(wanted: readonly number[], heights: readonly number[]): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const height of heights) {
    offsets.push(offset);
    offset += height;
  }
  const groups: Group[] = [];
  wanted.forEach((top, place) => {
    let group: Group = { sum: top - (offsets[place] ?? 0), size: 1 };
    let above = groups[groups.length - 1];
    while (above !== undefined && above.sum / above.size > group.sum / group.size) {
      group = { sum: group.sum + above.sum, size: group.size + above.size };
      groups.pop();
      above = groups[groups.length - 1];
    }
    groups.push(group);
  });
  const tops = groups.flatMap(group => new Array<number>(group.size).fill(group.sum / group.size));
  return tops.map((top, place) => top + (offsets[place] ?? 0));
}
