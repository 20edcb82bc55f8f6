import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import styles from './tooltip.module.css';
import { useNow } from './use-now.ts';

/** The attribute of elements that have a tooltip: its text. */
export const TIP = 'data-tip';

const OPEN_AFTER_MS = 300;
/** Long enough to move the pointer onto the tooltip. */
const CLOSE_AFTER_MS = 150;
const GAP_PX = 6;

/** The one tooltip of the console: shows what the element says that has the pointer or the focus. */
export function TipLayer() {
  const [anchor, setAnchor] = useState<Element | null>(null);
  useEffect(() => follow(setAnchor), []);
  return anchor === null ? null : <Tip anchor={anchor} />;
}

function Tip({ anchor }: { readonly anchor: Element }) {
  const id = useId();
  const popup = useRef<HTMLDivElement>(null);
  // Its text may be a time that goes on, and its element may have gone.
  useNow(1000);
  const text = anchor.isConnected ? anchor.getAttribute(TIP) : null;
  useLayoutEffect(() => {
    if (text === null || popup.current === null) return;
    popup.current.showPopover();
    place(popup.current, anchor.getBoundingClientRect());
  }, [anchor, text]);
  useEffect(() => {
    anchor.setAttribute('aria-describedby', id);
    return () => anchor.removeAttribute('aria-describedby');
  }, [anchor, id]);
  if (text === null) return null;
  return (
    <div ref={popup} id={id} role="tooltip" popover="manual" className={styles['popup']}>
      {text}
    </div>
  );
}

/** Above the element, or below where there is no room, and within the page. */
function place(popup: HTMLElement, { left, width, top, bottom }: DOMRect): void {
  const { offsetWidth, offsetHeight } = popup;
  const above = top - GAP_PX - offsetHeight;
  const middle = left + width / 2 - offsetWidth / 2;
  const rightmost = document.documentElement.clientWidth - offsetWidth - GAP_PX;
  popup.style.left = `${Math.max(GAP_PX, Math.min(middle, rightmost))}px`;
  popup.style.top = `${above < GAP_PX ? bottom + GAP_PX : above}px`;
}

/** Follows the pointer and the focus. @returns stops it */
function follow(show: (anchor: Element | null) => void): () => void {
  const stopping = new AbortController();
  let timer = 0;
  const later = (anchor: Element | null, delayMs: number) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => show(anchor), delayMs);
  };
  const close = () => later(null, 0);
  const on = <Name extends keyof DocumentEventMap>(
    name: Name,
    listener: (event: DocumentEventMap[Name]) => void,
  ) => document.addEventListener(name, listener, { signal: stopping.signal, capture: true, passive: true });

  on('pointerover', ({ target, pointerType }) => {
    if (!(target instanceof Element) || pointerType === 'touch') return;
    const anchor = target.closest(`[${TIP}]`);
    if (anchor !== null) later(anchor, OPEN_AFTER_MS);
    else if (target.closest('[role="tooltip"]') === null) later(null, CLOSE_AFTER_MS);
    else clearTimeout(timer);
  });
  on('focusin', ({ target }) => {
    if (target instanceof Element && target.matches(`[${TIP}]:focus-visible`)) later(target, 0);
  });
  on('focusout', close);
  on('keydown', ({ key }) => key === 'Escape' && close());
  on('pointerdown', close);
  on('scroll', close);
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}
