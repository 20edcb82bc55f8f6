import { randomBytes } from 'node:crypto';
import { isJsonObject, type JsonObject, parseJson } from '../../platform/validation/json.ts';
import { realtimeSession } from './sandbox-schema.ts';
import { answerSession, type RealtimeSession } from './sandbox-session.ts';

const WORDS = 'This is the sandbox. It hears nothing, and it says the same each time.'.split(' ');
// Three of four words are a token, which is near enough.
const OUTPUT_TOKENS = Math.ceil((WORDS.length * 4) / 3);

type Conversation = {
  /** What the browser is told when its channel opens. */
  greeting(): JsonObject;
  /** That a response was said to its end. */
  said(response_id: string): JsonObject;
  /** What a message of the browser leads to, for it and for whoever watches. `speaking`: the response that is said aloud. */
  answer(message: string): { readonly events: readonly JsonObject[]; readonly speaking: string | null };
};

/** A conversation as the Realtime API holds it, with somebody who has one thing to say. No word of the other side is kept. */
export function createConversation(asked: RealtimeSession, id: string, expiresAt: number): Conversation {
  let session = asked;
  let inputTokens = 0;
  const answered = () => ({ ...answerSession(session, id, expiresAt), expires_at: expiresAt });

  const update = (change: unknown): readonly JsonObject[] => {
    const parsed = realtimeSession.safeParse(change);
    if (!parsed.success)
      return [errorEvent('invalid_value', `session.${parsed.error.issues[0]?.path.join('.')}`)];
    const { audio } = session;
    session = {
      ...session,
      ...parsed.data,
      audio: {
        input: { ...audio?.input, ...parsed.data.audio?.input },
        output: { ...audio?.output, ...parsed.data.audio?.output },
      },
    };
    return [event('session.updated', { session: answered() })];
  };

  return {
    greeting: () => event('session.created', { session: answered() }),
    said: (response_id) => event('output_audio_buffer.stopped', { response_id }),
    answer(message) {
      const received = parseJson(message);
      if (!isJsonObject(received)) return { events: [errorEvent('invalid_json', null)], speaking: null };
      switch (received['type']) {
        case 'session.update':
          return { events: update(received['session']), speaking: null };
        case 'conversation.item.create': {
          const { item } = received;
          if (!isJsonObject(item))
            return { events: [errorEvent('missing_required_parameter', 'item')], speaking: null };
          inputTokens += Math.ceil(JSON.stringify(item).length / 4);
          const added = {
            previous_item_id: null,
            item: { id: newId('item'), object: 'realtime.item', ...item },
          };
          return {
            events: [event('conversation.item.added', added), event('conversation.item.done', added)],
            speaking: null,
          };
        }
        case 'response.create': {
          const response = isJsonObject(received['response']) ? received['response'] : {};
          const modalities = response['output_modalities'] ?? session.output_modalities ?? ['audio'];
          const speaks = !JSON.stringify(modalities).includes('text');
          const id = newId('resp');
          return { events: [...respond(id, speaks, inputTokens)], speaking: speaks ? id : null };
        }
        case 'input_audio_buffer.append':
        case 'input_audio_buffer.clear':
        case 'output_audio_buffer.clear':
        case 'response.cancel':
          return { events: [], speaking: null };
        default:
          return { events: [errorEvent('invalid_value', 'type')], speaking: null };
      }
    },
  };
}

function* respond(id: string, speaks: boolean, inputTokens: number): Generator<JsonObject> {
  const item_id = newId('item');
  const place = { response_id: id, item_id, output_index: 0, content_index: 0 };
  const said = WORDS.join(' ');
  const part = speaks ? { type: 'output_audio', transcript: said } : { type: 'output_text', text: said };
  const item = { id: item_id, object: 'realtime.item', type: 'message', role: 'assistant' };
  const whole = { ...item, status: 'completed', content: [part] };
  const response = { object: 'realtime.response', id, status_details: null, metadata: null };
  const stem = speaks ? 'response.output_audio_transcript' : 'response.output_text';
  yield event('response.created', {
    response: { ...response, status: 'in_progress', output: [], usage: null },
  });
  yield event('response.output_item.added', {
    ...{ response_id: id, output_index: 0 },
    item: { ...item, status: 'in_progress', content: [] },
  });
  yield event('response.content_part.added', {
    ...place,
    part: { ...part, ...(speaks ? { transcript: '' } : { text: '' }) },
  });
  if (speaks) yield event('output_audio_buffer.started', { response_id: id });
  for (const [index, word] of WORDS.entries())
    yield event(`${stem}.delta`, { ...place, delta: index === 0 ? word : ` ${word}` });
  yield event(`${stem}.done`, { ...place, ...(speaks ? { transcript: said } : { text: said }) });
  yield event('response.content_part.done', { ...place, part });
  yield event('response.output_item.done', { response_id: id, output_index: 0, item: whole });
  yield event('response.done', {
    response: { ...response, status: 'completed', output: [whole], usage: usageOf(speaks, inputTokens) },
  });
}

function usageOf(speaks: boolean, inputTokens: number): JsonObject {
  return {
    total_tokens: inputTokens + OUTPUT_TOKENS,
    input_tokens: inputTokens,
    output_tokens: OUTPUT_TOKENS,
    input_token_details: {
      ...{ text_tokens: inputTokens, audio_tokens: 0, image_tokens: 0, cached_tokens: 0 },
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: speaks
      ? { text_tokens: 0, audio_tokens: OUTPUT_TOKENS }
      : { text_tokens: OUTPUT_TOKENS, audio_tokens: 0 },
  };
}

function errorEvent(code: string, param: string | null): JsonObject {
  return event('error', {
    error: { type: 'invalid_request_error', code, message: 'The sandbox cannot use this event.', param },
  });
}

function event(type: string, fields: JsonObject): JsonObject {
  return { type, event_id: newId('event'), ...fields };
}

function newId(kind: string): string {
  return `${kind}_${randomBytes(11).toString('hex')}`;
}
