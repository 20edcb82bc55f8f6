import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { useTimeZone } from '../../ui/preferences.ts';
import type { UsageSearch } from './search.ts';

type Changes = { readonly [Name in keyof UsageSearch]: UsageSearch[Name] | undefined };

/** What the address says, the zone of the report, and a function that changes the address. */
export function useUsageSearch(): readonly [UsageSearch, string, (changes: Changes) => void] {
  const search = useSearch({ from: '/usage' });
  const navigate = useNavigate({ from: '/usage' });
  const shellZone = useTimeZone();
  const change = useCallback(
    (changes: Changes) => {
      void navigate({ search: (earlier) => merged(earlier, changes), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const { zone } = search;
  // Days are others in another zone: whoever opens the address has to see the same.
  useEffect(() => {
    if (zone === undefined) change({ zone: shellZone });
  }, [zone, shellZone, change]);
  return [search, zone ?? shellZone, change];
}

function merged(earlier: UsageSearch, changes: Changes): UsageSearch {
  const entries = Object.entries({ ...earlier, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}
