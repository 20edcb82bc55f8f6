/** A page of what is exported, and where the next one begins (null on the last one); or why there is none. */
export type ExportPage<T, E> =
  | { readonly entries: readonly T[]; readonly next: string | null }
  | { readonly error: E };

/** How an export ended. `full`: there are more entries than MAX_EXPORTED. */
export type ExportEnd<E> =
  | { readonly kind: 'complete' | 'full' | 'cancelled' }
  | { readonly kind: 'failed'; readonly error: E };

/** More is not held in a page's memory: the command line exports the whole trail. */
export const MAX_EXPORTED = 50_000;

/** Reads page after page, and calls `write` with each, until the last one, MAX_EXPORTED entries, or `signal`. */
export async function exportPages<T, E>(
  read: (after: string | null) => Promise<ExportPage<T, E>>,
  write: (entries: readonly T[]) => void,
  { signal, max = MAX_EXPORTED }: { readonly signal: AbortSignal; readonly max?: number },
): Promise<ExportEnd<E>> {
  let after: string | null = null;
  for (let written = 0; written < max; ) {
    const page: ExportPage<T, E> = await read(after);
    if (signal.aborted) return { kind: 'cancelled' };
    if ('error' in page) return { kind: 'failed', error: page.error };
    write(page.entries);
    if (page.next === null) return { kind: 'complete' };
    written += page.entries.length;
    after = page.next;
  }
  return { kind: 'full' };
}
