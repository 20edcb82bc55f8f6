import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export type Zone = 'local' | 'utc';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const ZONES: readonly Zone[] = ['local', 'utc'];

const theme = preference('gatehouse.theme', THEMES, 'system');
const zone = preference('gatehouse.zone', ZONES, 'local');

/** How the page looks, and how it is changed. */
export function useTheme(): readonly [Theme, (value: Theme) => void] {
  return [useSyncExternalStore(theme.subscribe, theme.get), theme.set];
}

/** In which time zone times are shown, and how it is changed. */
export function useZone(): readonly [Zone, (value: Zone) => void] {
  return [useSyncExternalStore(zone.subscribe, zone.get), zone.set];
}

/** The name of the time zone that times are shown in, e.g. "Europe/Berlin": what the API's statistics take. */
export function useTimeZone(): string {
  const [value] = useZone();
  return value === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A choice that outlives the page. These two are all that the console stores in the browser. */
function preference<Value extends string>(key: string, values: readonly Value[], initial: Value) {
  const listeners = new Set<() => void>();
  let current = values.find((value) => value === stored(key)) ?? initial;
  return {
    get: () => current,
    set: (value: Value) => {
      current = value;
      try {
        localStorage.setItem(key, value);
      } catch {
        // Browsers can forbid it. Then it lasts as long as the page.
      }
      for (const listener of listeners) listener();
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
