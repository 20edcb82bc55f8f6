import type { RealtimeSession } from '../results.ts';

/**
 * The WebSocket that a browser opens with the client secret of a session, as the AI SDK expects it. Undefined for a provider
 * whose address only its operator knows.
 */
export function realtimeUrl({
  provider,
  type,
  model,
}: Pick<RealtimeSession, 'provider' | 'type' | 'model'>): string | undefined {
  const base = BASES.get(provider);
  if (base === undefined) return undefined;
  switch (type) {
    case 'REALTIME':
      return `${base}/realtime?model=${encodeURIComponent(model)}`;
    case 'TRANSLATION':
      return `${base}/realtime/translations?model=${encodeURIComponent(model)}`;
    // The session names its model itself; in the address it would open a conversation.
    case 'TRANSCRIPTION':
      return `${base}/realtime?intent=transcription`;
    default:
      return type satisfies never;
  }
}

const BASES: ReadonlyMap<string, string> = new Map([
  ['openai', 'wss://api.openai.com/v1'],
  ['openai-beta', 'wss://api.openai.com/v1'],
  ['xai', 'wss://api.x.ai/v1'],
  // The sandbox opens nothing, and no such name exists.
  ['sandbox', 'wss://sandbox.invalid/v1'],
]);
