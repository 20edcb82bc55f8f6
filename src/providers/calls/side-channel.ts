import type { CallClosed, CallEvent, SideChannel } from '../../calls/call-provider.ts';

// A conversation makes a few events a second, and activity is told once until it is read.
export const MAX_UNREAD = 256;

export type OpenChannel = {
  readonly channel: SideChannel;
  push(events: readonly CallEvent[]): void;
  /** Nothing is pushed after it. */
  end(code: number, clean: boolean): void;
};

/**
 * What is between a socket and the one reader of a call's events.
 * @param letGo called once, when the reader has stopped, or has fallen too far behind
 */
export function createSideChannel(letGo: () => void): OpenChannel {
  const unread: CallEvent[] = [];
  let wake: (() => void) | null = null;
  // What an end means depends on whether the provider has announced it.
  let isOver = false;

  const add = (event: CallEvent) => {
    unread.push(event);
    wake?.();
    wake = null;
  };
  const endWith = (event: CallClosed) => {
    if (isOver) return;
    isOver = true;
    add(event);
  };
  const end = (code: number, clean: boolean) => endWith({ kind: 'closed', code, clean, ended: false });
  const push = (event: CallEvent) => {
    if (isOver) return;
    if (event.kind === 'closed') {
      endWith(event);
      letGo();
    } else if (event.kind === 'activity' && unread.at(-1)?.kind === 'activity') return;
    else if (unread.length >= MAX_UNREAD) {
      end(1006, false);
      letGo();
    } else add(event);
  };
  const close = () => {
    if (isOver) return;
    end(1000, true);
    letGo();
  };

  async function* read(): AsyncGenerator<CallEvent> {
    try {
      for (;;) {
        const event = unread.shift();
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        yield event;
        if (event.kind === 'closed') return;
      }
    } finally {
      close();
    }
  }

  return {
    channel: { [Symbol.asyncIterator]: read, close },
    push: (events) => {
      for (const event of events) push(event);
    },
    end,
  };
}
