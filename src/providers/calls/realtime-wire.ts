import { randomBytes } from 'node:crypto';
import type { CallEvent } from '../../calls/call-provider.ts';
import { isJsonObject } from '../../platform/validation/json.ts';
import { writeGaSession } from '../ga-dialect.ts';
import { type CallWire, idOf, sdpOf } from './call-wire.ts';
import { changedFields } from './changed-fields.ts';
import { expiryOf, usageOf } from './read-event-parts.ts';
import { requestOf } from './request-of-call.ts';

// Whoever speaks, and whatever of an answer: calls.md of the peers that argued it out leaves out the rest, above all
// frames of the microphone, whose noise would keep a forgotten page alive.
const ACTIVITY =
  /^(response\.|conversation\.item\.|input_audio_buffer\.(speech_started|speech_stopped|committed)$|output_audio_buffer\.(started|stopped)$)/;
const RESPONSE_DONE = 'response.done';
const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';
const CONFIGURED: readonly string[] = ['session.updated', 'session.created'];
const activity: readonly CallEvent[] = [{ kind: 'activity' }];

/** OpenAI's Realtime API: a multipart offer, answered by SDP with the id in Location. */
export const realtimeWire: CallWire = {
  longestCallSeconds: 3600,
  openPath: '/realtime/calls',
  writeOffer({ sdp, config }) {
    // By hand: FormData gives a part of another type than text a file name, and nobody knows whether OpenAI takes that.
    const boundary = randomBytes(16).toString('hex');
    const part = (name: string, type: string, content: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`;
    const session = JSON.stringify(writeGaSession(requestOf(config)));
    return {
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        accept: 'application/sdp',
      },
      body: `${part('sdp', 'application/sdp', sdp)}${part('session', 'application/json', session)}--${boundary}--\r\n`,
    };
  },
  readOpened: ({ location }, body) => ({
    upstreamCallId: idOfLocation(location),
    sdpAnswer: body === null ? null : sdpOf(body.toString('utf8')),
  }),
  hangUpPath: (id) => `/realtime/calls/${encodeURIComponent(id)}/hangup`,
  attachUrl(url, id) {
    const address = url('/realtime');
    address.searchParams.set('call_id', id);
    return address;
  },
  eventsOfType: (type) => (ACTIVITY.test(type) ? activity : []),
  isRead: (type) => type === RESPONSE_DONE || type === TRANSCRIBED || CONFIGURED.includes(type),
  readEvent(event, config) {
    if (!isJsonObject(event)) return [];
    const { type } = event;
    if (type === RESPONSE_DONE) {
      const response = isJsonObject(event['response']) ? event['response'] : {};
      return usageOf('response', response['id'], response['usage']);
    }
    if (type === TRANSCRIBED) return usageOf('transcription', event['item_id'], event['usage']);
    const { session } = event;
    if (typeof type !== 'string' || !CONFIGURED.includes(type) || !isJsonObject(session)) return [];
    return [
      {
        kind: 'configured',
        changedFields: changedFields(writeGaSession(requestOf(config)), session),
        expiresAt: expiryOf(session),
      },
    ];
  },
};

/** The last part of the path, which comes with or without a host. */
function idOfLocation(location: string | string[] | undefined): string | null {
  const value = typeof location === 'string' ? location : location?.[0];
  if (value === undefined || !URL.canParse(value, 'http://upstream.invalid')) return null;
  const { pathname } = new URL(value, 'http://upstream.invalid');
  return idOf(/\/calls\/([^/]+)\/?$/.exec(pathname)?.[1]);
}
