import { UnavailableError } from '../platform/database/unavailable-error.ts';

const EVERY_MS = 2000;

export type Activity = {
  /** Somebody spoke in a call. */
  note(id: string): void;
  /** Records what was noted, now. */
  flush(): Promise<void>;
};

/** Records activity in calls at most once each two seconds, of all calls in one statement. */
export function createActivity(
  record: (ids: readonly string[]) => Promise<void>,
  onError: (error: unknown) => void,
): Activity {
  const noted = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  const flush = async () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const ids = [...noted];
    noted.clear();
    if (ids.length > 0) await record(ids);
  };
  return {
    note(id) {
      noted.add(id);
      timer ??= setTimeout(() => {
        flush().catch((error: unknown) => {
          // The next event is recorded, and calls are not idle at once: nothing is tried again.
          if (!(error instanceof UnavailableError)) onError(error);
        });
      }, EVERY_MS).unref();
    },
    flush,
  };
}
