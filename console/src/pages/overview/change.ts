export type Change = { readonly sign: '▲' | '▼' | '='; readonly text: string };

/** How a number differs from the one before it: as a sign for the eye, and in words that "yesterday" can follow. */
export function changeOf(now: number, before: number): Change {
  if (now === before) return { sign: '=', text: 'the same as' };
  if (before === 0) return { sign: '▲', text: 'none' };
  const more = now > before;
  const sign = more ? '▲' : '▼';
  const percent = Math.round((Math.abs(now - before) / before) * 100);
  const size = percent < 1 ? 'under 1' : percent.toLocaleString('en');
  return { sign, text: `${size}% ${more ? 'more' : 'less'} than` };
}
