/** How long minting took, in milliseconds; null when nothing was issued. */
export type MintTimes = {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
};

/** The decimal digits of one class of a histogram: mint-times.sql. */
const CLASS_DIGITS = 12;

/**
 * The percentiles of a histogram as mint-times.sql makes it, by the nearest rank: the smallest time that at least so many
 * per cent of the mints took at most.
 * @param histogram a whole number, as text; null is that of no mint
 */
export function mintTimesOf(histogram: string | null): MintTimes {
  const classes = classesOf(histogram ?? '0');
  const mints = classes.reduce((sum, { count }) => sum + count, 0);
  const percentile = (percent: number) => {
    const rank = Math.ceil((percent * mints) / 100);
    let passed = 0;
    for (const { milliseconds, count } of classes) {
      passed += count;
      if (passed >= rank) return milliseconds;
    }
    return null;
  };
  return { p50: percentile(50), p95: percentile(95), p99: percentile(99) };
}

type Class = { readonly milliseconds: number; readonly count: number };

/** The classes that have mints, the shortest first. */
function classesOf(histogram: string): readonly Class[] {
  const classes: Class[] = [];
  for (let end = histogram.length, index = 0; end > 0; end -= CLASS_DIGITS, index += 1) {
    const count = Number(histogram.slice(Math.max(0, end - CLASS_DIGITS), end));
    if (count > 0) classes.push({ milliseconds: millisecondsOf(index), count });
  }
  return classes;
}

/** Below 100, a class is a millisecond; above, there are 90 classes for each number of digits, 10 to 99 and zeros. */
function millisecondsOf(index: number): number {
  const zeros = Math.max(0, Math.floor((index - 10) / 90));
  return (index - 90 * zeros) * 10 ** zeros;
}
