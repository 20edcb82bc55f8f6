/** A page of what is exported, and where the next one begins; null on the last one. */
export type ExportPage<T> = { readonly entries: readonly T[]; readonly next: string | null };

/** How far an export has come. */
export type ExportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly written: number }
  | { readonly kind: 'done'; readonly written: number; readonly complete: boolean }
  | { readonly kind: 'failed'; readonly written: number; readonly error: unknown };

/** More is not held in a page's memory: the command line exports the whole trail. */
export const MAX_EXPORTED = 200_000;

/**
 * Reads page after page, and calls `write` with each. Ends at the last page, at MAX_EXPORTED entries, or when
 * `signal` says so.
 * @returns whether the last page was read
 * @throws what `read` throws
 */
export async function exportPages<T>(
  read: (after: string | null) => Promise<ExportPage<T>>,
  write: (entries: readonly T[]) => void,
  { signal, max = MAX_EXPORTED }: { readonly signal: AbortSignal; readonly max?: number },
): Promise<boolean> {
  let written = 0;
  let after: string | null = null;
  while (written < max && !signal.aborted) {
    const page: ExportPage<T> = await read(after);
    if (signal.aborted) return false;
    write(page.entries);
    written += page.entries.length;
    if (page.next === null) return true;
    after = page.next;
  }
  return false;
}
