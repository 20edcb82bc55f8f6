import { useEffect, useState } from 'react';

/** A number that grows every so often. It stands still while the tab is hidden, and catches up when it is shown again. */
export function useBeat(everyMs: number): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    let last = Date.now();
    const next = () => {
      if (document.hidden || Date.now() - last < everyMs) return;
      last = Date.now();
      setBeat((count) => count + 1);
    };
    // Often, so that a tab that is shown again, or a computer that wakes up, is not behind for long.
    const timer = setInterval(next, 1000);
    document.addEventListener('visibilitychange', next);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', next);
    };
  }, [everyMs]);
  return beat;
}
