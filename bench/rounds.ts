/** The same, beginning with another one in each round. */
export function rotate<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** What to say of a measurement when too much else was going on. */
export function disturbance({ othersShare }: { readonly othersShare: number | null }): string {
  return othersShare !== null && othersShare > 0.1
    ? ` (others used ${Math.round(othersShare * 100)} % of the machine)`
    : '';
}

/** Medians over results, each value by itself; `known` leaves out those results that do not know it. */
export function mediansOver<Result>(results: readonly Result[]) {
  return {
    of: (read: (result: Result) => number) => median(results.map(read)),
    known(read: (result: Result) => number | null) {
      const values = results.map(read).filter((value) => value !== null);
      return values.length === 0 ? null : median(values);
    },
  };
}

/**
 * The median of the ratios of a value in each round to that of something else in the same round. A machine that is slower
 * for a while is slower for both.
 */
export function ratioByRound<Result>(
  results: readonly Result[],
  others: readonly Result[],
  read: (result: Result) => number | null,
): number | null {
  const ratios = results.flatMap((result, round) => {
    const other = others[round];
    const [one, two] = [read(result), other === undefined ? null : read(other)];
    return one === null || two === null ? [] : [one / two];
  });
  return ratios.length === 0 ? null : median(ratios);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
