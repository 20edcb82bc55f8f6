import { useEffect, useState } from 'react';
import type { MintedSession } from './mint.ts';

/**
 * Where a browser opens a call of this session. Null while that is not known, and where the console may not.
 * @param callUrl of a BROKERED session
 */
export function useCallsUrl({ provider, type }: MintedSession, callUrl: string | null): string | null {
  const [base, setBase] = useState<string | null>(null);
  useEffect(() => {
    if (provider !== 'openai' || callUrl !== null) return;
    let isGone = false;
    void callsBase().then((url) => {
      if (!isGone) setBase(url);
    });
    return () => {
      isGone = true;
    };
  }, [provider, callUrl]);
  if (callUrl !== null) return fromHere(callUrl);
  if (base === null) return null;
  return type === 'TRANSLATION' ? `${base}/translations/calls` : `${base}/calls`;
}

/**
 * The gateway that this page came from takes the offer, too, and needs not list the page's origin for it. So the console
 * can be opened under another name than apps are told, e.g. localhost.
 */
function fromHere(callUrl: string): string {
  const { origin } = window.location;
  return new URL(callUrl).origin === origin ? callUrl : new URL('/realtime/calls', origin).href;
}

async function callsBase(): Promise<string | null> {
  try {
    const response = await fetch('/console/config.json', { credentials: 'omit' });
    const settings: unknown = await response.json();
    const url: unknown =
      typeof settings === 'object' && settings !== null ? Reflect.get(settings, 'callsUrl') : null;
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
}
