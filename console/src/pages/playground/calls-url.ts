import type { Success } from './mint.ts';

/** Where a browser opens a call of this session. Null when the console may not ask its provider. */
export function useCallsUrl({ provider, type }: NonNullable<Success['session']>): string | null {
  return provider === 'openai' && type !== null ? null : null;
}
