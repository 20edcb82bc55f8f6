import { useEffect, useState } from 'react';
import type { MintedSession } from './mint.ts';

/** Where a browser opens a call of this session. Null while that is not known, and where the console may not. */
export function useCallsUrl({ provider, type }: MintedSession): string | null {
  const [base, setBase] = useState<string | null>(null);
  useEffect(() => {
    if (provider !== 'openai') return;
    let isGone = false;
    void callsBase().then((url) => {
      if (!isGone) setBase(url);
    });
    return () => {
      isGone = true;
    };
  }, [provider]);
  if (base === null) return null;
  return type === 'TRANSLATION' ? `${base}/translations/calls` : `${base}/calls`;
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
