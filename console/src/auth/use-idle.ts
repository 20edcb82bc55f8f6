import { useEffect, useRef } from 'react';

const ACTIVITY = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
const CHECK_MS = 5_000;

/**
 * Calls a function when nobody has touched the page for a while. It compares times, because timers stand still while a
 * computer sleeps.
 */
export function useIdle(active: boolean, idleMs: number, onIdle: () => void): void {
  const latest = useRef(onIdle);
  useEffect(() => {
    latest.current = onIdle;
  });
  useEffect(() => {
    if (!active) return;
    let lastActivity = Date.now();
    const check = () => {
      if (Date.now() - lastActivity >= idleMs) latest.current();
    };
    const touch = () => {
      check();
      lastActivity = Date.now();
    };
    for (const name of ACTIVITY) addEventListener(name, touch, { passive: true, capture: true });
    document.addEventListener('visibilitychange', check);
    const timer = setInterval(check, CHECK_MS);
    return () => {
      for (const name of ACTIVITY) removeEventListener(name, touch, { capture: true });
      document.removeEventListener('visibilitychange', check);
      clearInterval(timer);
    };
  }, [active, idleMs]);
}
