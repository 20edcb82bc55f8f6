import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { handOver } from '../../pages/leaked-secret/handoff.ts';
import type { Target } from './items.ts';

/** @returns a function that opens what was chosen; `typed` is what is in the field, which may be a secret */
export function useGo(): (target: Target, typed: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (target: Target, typed: string) => {
      switch (target.kind) {
        case 'page':
          return void navigate({ to: target.to });
        case 'session':
          return void navigate({ to: '/sessions/$id', params: { id: target.id } });
        case 'user':
          return void navigate({ to: '/users/$id', params: { id: target.id } });
        case 'request':
          return void navigate({ to: '/audit', search: { requestId: target.id } });
        case 'event':
          return void navigate({ to: '/audit', search: { event: target.id } });
        case 'secret':
          handOver(typed);
          return void navigate({ to: '/leaked-secret' });
        default:
          return target satisfies never;
      }
    },
    [navigate],
  );
}
