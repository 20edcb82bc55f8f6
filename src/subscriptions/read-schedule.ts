import { repeat } from '../platform/process/repeat.ts';

export type ReadSchedule = {
  /** Something new may be in the trail: reads it in a moment. */
  readSoon(): void;
  /** Resolves when a read that is under way has ended. */
  stop(): Promise<void>;
};

type ScheduleOptions = {
  /** False while nobody waits for anything: then nothing is read. */
  readonly isNeeded: () => boolean;
  /** Reads what is new. @returns whether more will be there in a moment */
  readonly readNew: () => Promise<boolean>;
  /** Reads what is new and what appeared late. @returns whether more will be there in a moment */
  readonly readAgain: () => Promise<boolean>;
  readonly onError: (error: unknown) => void;
};

const READ_AGAIN_EVERY_MS = 1000;
// The horizon of the trail is 50 ms behind; further notifications may come meanwhile.
const READ_SOON_MS = 60;

/** Reads the trail shortly after each notification, and once a second in any case. One read at a time. */
export function createReadSchedule({ isNeeded, readNew, readAgain, onError }: ScheduleOptions): ReadSchedule {
  let reading: Promise<boolean> | null = null;
  let soon: NodeJS.Timeout | null = null;
  const stopRepeating = repeat(READ_AGAIN_EVERY_MS, () => run(readAgain), onError);

  return {
    readSoon,
    async stop() {
      if (soon !== null) clearTimeout(soon);
      await Promise.all([stopRepeating(), reading]);
    },
  };

  function readSoon(): void {
    if (soon !== null || !isNeeded()) return;
    soon = setTimeout(() => {
      runSoon().catch(onError);
    }, READ_SOON_MS);
  }

  /** However many notifications come while another read is under way, they cause one read. */
  async function runSoon(): Promise<void> {
    while (reading !== null) await reading.catch(() => {});
    soon = null;
    await run(readNew);
  }

  /** One at a time, because each read goes on from where the one before ended. */
  async function run(read: () => Promise<boolean>): Promise<void> {
    while (reading !== null) await reading.catch(() => {});
    if (!isNeeded()) return;
    reading = read();
    try {
      if (await reading) readSoon();
    } finally {
      reading = null;
    }
  }
}
