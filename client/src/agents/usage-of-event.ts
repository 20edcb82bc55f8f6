import { isObject } from './refusals.ts';

/** What one event of a realtime connection says was used. */
export type EventUsage = { readonly responseId: string; readonly usage: Readonly<Record<string, unknown>> };

/**
 * The usage that an event of the provider's carries: that of a response, or of the transcription of what the user said,
 * which is billed apart. Undefined for every other event, and for a response that used nothing.
 */
export function usageOfEvent(event: unknown): EventUsage | undefined {
  if (!isObject(event)) return undefined;
  switch (event['type']) {
    case 'response.done':
      return isObject(event['response'])
        ? eventUsage(event['response']['id'], event['response']['usage'])
        : undefined;
    case 'conversation.item.input_audio_transcription.completed':
      return eventUsage(itemPart(event['item_id'], event['content_index']), event['usage']);
    default:
      return undefined;
  }
}

function eventUsage(responseId: unknown, usage: unknown): EventUsage | undefined {
  return typeof responseId === 'string' && isObject(usage) ? { responseId, usage } : undefined;
}

/** An item may have several parts that are transcribed, each with a usage of its own. The first is named after the item. */
function itemPart(itemId: unknown, contentIndex: unknown): unknown {
  return typeof contentIndex === 'number' && contentIndex > 0 ? `${String(itemId)}:${contentIndex}` : itemId;
}
