import type { CallEvent } from '../../calls/call-provider.ts';
import { isJsonObject, type Json, type JsonObject } from '../../platform/validation/json.ts';
import type { CallRequest } from '../../sessions/call-request.ts';
import { parseBody } from '../parse-body.ts';
import { withoutUndefined, withoutUndefinedOrEmpty } from '../without-undefined.ts';
import { writeVoice } from '../write-session-fields.ts';
import { type CallWire, idOf, sdpOf } from './call-wire.ts';
import { changedFields } from './changed-fields.ts';
import { expiryOf } from './read-event-parts.ts';

// What is billed when a session is made, and credited to the one that runs: a call costs no less.
const LEAST_SECONDS = 15;
// Nothing longer exists.
const MOST_SECONDS = 86_400;
const ACTIVITY = /^(session\.(input_transcript|output_transcript|output_audio|delegation)\.|response\.)/;
// Unless asked for otherwise the browser may send nothing to the session, and sees none of its events: the config is as it
// was asked for.
const FENCE = { allowed_client_events: [], allowed_server_events: [] };
const CONFIGURED: readonly string[] = ['session.started', 'session.updated'];
const USED = 'session.usage.updated';
const CLOSED = 'session.closed';
// "A graceful remote disconnect"; a hang-up of ours is close_requested.
const CLIENT_LEFT = 'remote_hangup';
const over = { kind: 'closed', code: 1000, clean: true, ended: true } as const;
const left = { ...over, byClient: true } as const;
const activity: readonly CallEvent[] = [{ kind: 'activity' }];

/** The Live API: an offer in JSON, answered in JSON. It bills by the second, and says for how many. */
export const liveWire: CallWire = {
  longestCallSeconds: 7200,
  openPath: '/live/sessions',
  writeOffer: ({ sdp, config, safetyIdentifier }) => ({
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      session: {
        ...writeLiveSession(config),
        safety_identifier: safetyIdentifier,
        client: { data_channel: { ...FENCE, ...channelOf(config.extra) } },
      },
      transport: { type: 'webrtc', sdp },
    }),
  }),
  readOpened(headers, body) {
    const answer = body === null ? undefined : parseBody(body, headers['content-type']);
    const sdp = partOf(answer, 'transport', 'sdp');
    return {
      upstreamCallId: idOf(partOf(answer, 'session', 'id')),
      sdpAnswer: typeof sdp === 'string' ? sdpOf(sdp) : null,
    };
  },
  hangUpPath: (id) => `/live/sessions/${encodeURIComponent(id)}/hangup`,
  attachUrl: (url, id) => url(`/live/sessions/${encodeURIComponent(id)}/attach`),
  eventsOfType: (type) => (ACTIVITY.test(type) ? activity : []),
  isRead: (type) => type === USED || type === CLOSED || CONFIGURED.includes(type),
  readEvent(event, config) {
    if (!isJsonObject(event)) return [];
    const { type, session } = event;
    if (type === USED) return billedSeconds(partOf(event, 'usage', 'seconds'));
    if (type === CLOSED)
      return [
        ...billedSeconds(partOf(event, 'usage', 'seconds')),
        event['reason'] === CLIENT_LEFT ? left : over,
      ];
    if (typeof type !== 'string' || !CONFIGURED.includes(type) || !isJsonObject(session)) return [];
    const fields = changedFields(writeLiveSession(config), session);
    return [
      { kind: 'configured', changedFields: fields, expiresAt: expiryOf(session) },
      ...(type === 'session.started' ? billedSeconds(LEAST_SECONDS) : []),
    ];
  },
};

function channelOf({ client }: CallRequest['extra']): JsonObject {
  const channel = isJsonObject(client) ? client['data_channel'] : undefined;
  return isJsonObject(channel) ? channel : {};
}

/** The part of a session's config that the Live API has. */
export function writeLiveSession({ model, instructions, voice }: CallRequest): JsonObject {
  return withoutUndefined({
    model,
    instructions: instructions ?? undefined,
    audio: withoutUndefinedOrEmpty({ output: withoutUndefinedOrEmpty({ voice: writeVoice(voice) }) }),
  });
}

function billedSeconds(seconds: Json | undefined): readonly CallEvent[] {
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MOST_SECONDS)) return [];
  return [{ kind: 'billed_seconds', seconds: Math.max(LEAST_SECONDS, seconds) }];
}

function partOf(value: Json | undefined, name: string, part: string): Json | undefined {
  const object = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(object) ? object[part] : undefined;
}
