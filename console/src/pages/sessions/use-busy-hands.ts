import { type FocusEvent, useEffect, useRef, useState } from 'react';

const RESTS_AFTER_MS = 2_000;

/**
 * Whether somebody points at something, or has reached it with the keyboard. Rows must not move under their hands.
 * A pointer that has not moved for two seconds only lies there.
 */
export function useBusyHands() {
  const [pointing, setPointing] = useState(false);
  const [focused, setFocused] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const rest = () => setPointing(false);
  const handlers = {
    onPointerMove: () => {
      setPointing(true);
      clearTimeout(timer.current);
      timer.current = window.setTimeout(rest, RESTS_AFTER_MS);
    },
    onPointerLeave: rest,
    onFocus: ({ target }: FocusEvent) => setFocused(target.matches(':focus-visible')),
    onBlur: () => setFocused(false),
  };
  return { busy: pointing || focused, handlers };
}
