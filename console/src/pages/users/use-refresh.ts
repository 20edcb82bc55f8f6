import { useEffect, useRef, useState } from 'react';
import { serverNow } from '../../api/server-clock.ts';
import { useBeat } from '../overview/use-beat.ts';

const EVERY_MS = 15_000;

/**
 * Asks again and again, so that who is live is who is live now.
 * @param data the newest answer
 * @param pause while somebody has the rows in hand; it catches up afterwards
 * @returns when the answer came, by the server's clock, and whether it asks by itself for a newer one
 */
export function useRefresh(
  data: unknown,
  reload: () => void,
  pause: boolean,
): { readonly answeredAt: string; readonly refreshing: boolean } {
  const beat = useBeat(EVERY_MS);
  const [answer, setAnswer] = useState({ data, beat, at: serverNow() });
  if (answer.data !== data) setAnswer({ data, beat, at: serverNow() });
  const asked = useRef(beat);
  useEffect(() => {
    if (pause || asked.current === beat) return;
    asked.current = beat;
    reload();
  }, [beat, pause, reload]);
  return { answeredAt: new Date(answer.at).toISOString(), refreshing: answer.beat !== beat };
}
