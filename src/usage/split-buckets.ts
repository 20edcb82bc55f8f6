/**
 * The length of a bucket of sums, in milliseconds. Time zones differ from UTC by multiples of it, so hours, days and months
 * begin where a bucket does.
 */
export const BUCKET_MS = 900_000;

/** Milliseconds since 1970; `to` is exclusive. */
export type Interval = { readonly from: number; readonly to: number };

/**
 * Splits an interval into its full buckets, which sums answer for, and what is before and after them. Empty parts are left
 * out.
 * @param summedTo where the sums end; it is the start of a bucket
 */
export function splitBuckets(
  { from, to }: Interval,
  summedTo = Number.POSITIVE_INFINITY,
): { readonly full: Interval | null; readonly rest: readonly Interval[] } {
  const first = Math.ceil(from / BUCKET_MS) * BUCKET_MS;
  const last = Math.min(Math.floor(to / BUCKET_MS) * BUCKET_MS, summedTo);
  const full = first < last ? { from: first, to: last } : null;
  const rest =
    full === null
      ? [{ from, to }]
      : [
          { from, to: first },
          { from: last, to },
        ];
  return { full, rest: rest.filter((part) => part.from < part.to) };
}
