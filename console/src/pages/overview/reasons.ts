type Row = {
  readonly denialReason?: string | null;
  readonly failureCode?: string | null;
  readonly counts: { readonly denied: number; readonly failed: number; readonly unconfirmed: number };
};
export type Reason = { readonly code: string; readonly name: string; readonly count: number };

// The gateway's codes are a closed list; a newer gateway's code is shown as it is.
const denialNames: Readonly<Record<string, string>> = {
  policy: 'Policy or budget',
  quota: 'Quota',
  suspended: 'Suspended user',
  forbidden: 'Not allowed to ask',
};

/** Why requests were refused, the most frequent reason first. */
export function denialReasons(rows: readonly Row[]): readonly Reason[] {
  return reasonsOf(
    rows,
    ({ denialReason }) => denialReason,
    ({ denied }) => denied,
  ).map((reason) => ({
    ...reason,
    name: denialNames[reason.code] ?? reason.code,
  }));
}

/** Why there is no secret although a session was reserved, the most frequent reason first. */
export function failureReasons(rows: readonly Row[]): readonly Reason[] {
  return reasonsOf(
    rows,
    ({ failureCode }) => failureCode,
    ({ failed, unconfirmed }) => failed + unconfirmed,
  ).map((reason) => ({
    ...reason,
    name: reason.code.replace(/^upstream_/, 'provider: ').replaceAll('_', ' '),
  }));
}

function reasonsOf(
  rows: readonly Row[],
  codeOf: (row: Row) => string | null | undefined,
  countOf: (counts: Row['counts']) => number,
): readonly Reason[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const code = codeOf(row);
    const count = countOf(row.counts);
    if (code != null && count > 0) counts.set(code, (counts.get(code) ?? 0) + count);
  }
  return [...counts]
    .map(([code, count]) => ({ code, name: code, count }))
    .toSorted((a, b) => b.count - a.count);
}
