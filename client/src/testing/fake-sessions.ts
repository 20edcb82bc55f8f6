import type {
  CreateRealtimeSessionInput,
  CreateSessionMutation,
  RealtimeSessionFilter,
  SessionEventType,
} from '../generated/types.ts';
import type { RealtimeSession, RealtimeSessionDetails, SessionEvent } from '../results.ts';

type CreateResult = CreateSessionMutation['createRealtimeSession'];
type Minted = { readonly input: string; readonly session: RealtimeSessionDetails };

export type FakeSessions = {
  /** All sessions, newest first. */
  list(filter?: RealtimeSessionFilter | null): RealtimeSessionDetails[];
  find(id: string): RealtimeSessionDetails | null;
  /** How many sessions a user may have at a time. Null: as many as it likes. */
  limit(externalUserId: string, maxActiveSessions: number | null): void;
  create(input: CreateRealtimeSessionInput): CreateResult;
  revoke(id: string): RealtimeSessionDetails | null;
  /** Makes the client secret of a session expire now. */
  expire(id: string): void;
  /** @returns whether the same usage was reported before; null if there is no such session */
  reportUsage(id: string, responseId: string): boolean | null;
  /** The events after a position, oldest first. */
  eventsAfter(position: string): SessionEvent[];
  /** The position of the newest event. */
  position(): string;
  /** Is called with each new event. @returns what ends that */
  onEvent(listener: (event: SessionEvent) => void): () => void;
};

/** The sessions that a fake gateway issued, in memory. */
export function createFakeSessions(): FakeSessions {
  const sessions = new Map<string, RealtimeSessionDetails>();
  const minted = new Map<string, Minted>();
  const limits = new Map<string, number | null>();
  const responses = new Set<string>();
  const events: SessionEvent[] = [];
  const listeners = new Set<(event: SessionEvent) => void>();

  function change(session: RealtimeSessionDetails, type: SessionEventType): RealtimeSessionDetails {
    sessions.set(session.id, session);
    const event = { id: `event-${events.length + 1}`, type, at: new Date().toISOString(), session };
    events.push(event);
    for (const listener of listeners) listener(event);
    return session;
  }

  function list(filter: RealtimeSessionFilter | null = null): RealtimeSessionDetails[] {
    return [...sessions.values()].filter((session) => matches(session, filter)).toReversed();
  }

  return {
    list,
    find: (id) => sessions.get(id) ?? null,
    limit: (externalUserId, max) => void limits.set(externalUserId, max),
    create(input) {
      const { idempotencyKey, externalUserId, ...config } = input;
      if (externalUserId == null || externalUserId === '') {
        const issues = [{ path: ['externalUserId'], message: 'is required' }];
        return { __typename: 'InvalidInputError', message: 'The input is invalid.', issues };
      }
      const text = JSON.stringify({ externalUserId, config });
      const earlier = idempotencyKey == null ? undefined : minted.get(`${externalUserId} ${idempotencyKey}`);
      if (earlier !== undefined) {
        return repeated({ ...earlier, session: sessions.get(earlier.session.id) ?? earlier.session }, text);
      }
      const max = limits.get(externalUserId) ?? null;
      const used = list({ externalUserId, statuses: ['ACTIVE'] }).length;
      if (max !== null && used >= max) return exceeded(max, used);

      const value = `ek_fake_${crypto.randomUUID().replaceAll('-', '')}`;
      const session = change(newSession(sessions.size + 1, input, externalUserId, value), 'ISSUED');
      if (idempotencyKey != null) minted.set(`${externalUserId} ${idempotencyKey}`, { input: text, session });
      const expiresAt = session.clientSecret?.expiresAt ?? '';
      return {
        __typename: 'CreateRealtimeSessionSuccess',
        callUrl: null,
        clientSecret: { value, expiresAt },
        session,
      };
    },
    revoke(id) {
      const session = sessions.get(id);
      if (session?.status !== 'ACTIVE') return session ?? null;
      return change({ ...session, status: 'REVOKED', revokedAt: new Date().toISOString() }, 'REVOKED');
    },
    expire(id) {
      const session = sessions.get(id);
      if (session?.status !== 'ACTIVE' || session.clientSecret === null) return;
      const expired = { expiresAt: new Date().toISOString(), expiresInSeconds: 0, isExpired: true };
      change(
        { ...session, status: 'EXPIRED', clientSecret: { ...session.clientSecret, ...expired } },
        'EXPIRED',
      );
    },
    reportUsage(id, responseId) {
      const session = sessions.get(id);
      if (session === undefined) return null;
      const isKnown = responses.has(`${id} ${responseId}`);
      responses.add(`${id} ${responseId}`);
      if (!isKnown) change(session, 'USAGE_REPORTED');
      return isKnown;
    },
    eventsAfter: (position) => events.slice(events.findIndex(({ id }) => id === position) + 1),
    position: () => `event-${events.length}`,
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** By the fields that apps filter by most. */
export function matches(session: RealtimeSession, filter: RealtimeSessionFilter | null): boolean {
  const { externalUserId, statuses, labels } = filter ?? {};
  return (
    (externalUserId == null || session.user.externalId === externalUserId) &&
    (statuses == null || statuses.includes(session.status)) &&
    (labels ?? []).every((label) =>
      session.labels.some(({ key, value }) => key === label.key && value === label.value),
    )
  );
}

function repeated({ input, session }: Minted, text: string): CreateResult {
  if (input !== text) {
    const message = 'The idempotency key was used before with another input.';
    return { __typename: 'IdempotencyConflictError', message, reason: 'DIFFERENT_INPUT' };
  }
  const message = 'The client secret was already returned.';
  return { __typename: 'SecretAlreadyIssuedError', message, session };
}

function exceeded(limit: number, used: number): CreateResult {
  const retryAt = limit === 0 ? null : new Date(Date.now() + 60_000).toISOString();
  const message = 'Too many sessions are active.';
  return { __typename: 'QuotaExceededError', message, quota: 'ACTIVE_SESSIONS', limit, used, retryAt };
}

function newSession(
  number: number,
  input: CreateRealtimeSessionInput,
  externalUserId: string,
  value: string,
): RealtimeSessionDetails {
  const now = Date.now();
  const seconds = input.expiresAfterSeconds ?? 600;
  const expiresAt = new Date(now + seconds * 1000).toISOString();
  const redacted = `ek_…${value.slice(-4)}`;
  return {
    id: `fake-session-${number}`,
    object: 'realtime.session',
    type: input.type ?? 'REALTIME',
    status: 'ACTIVE',
    provider: input.provider ?? 'fake',
    model: input.model ?? 'gpt-realtime',
    voice: input.voice ?? null,
    labels: input.labels ?? [],
    createdAt: new Date(now).toISOString(),
    issuedAt: new Date(now).toISOString(),
    revokedAt: null,
    exposedUntil: expiresAt,
    upstreamSessionId: `sess_fake_${number}`,
    clientSecret: { redacted, fingerprint: redacted, expiresAt, expiresInSeconds: seconds, isExpired: false },
    failure: null,
    user: { id: `fake-user-${externalUserId}`, externalId: externalUserId },
    application: { id: 'fake-application', name: 'fake' },
    instructions: input.instructions ?? null,
    modalities: input.modalities ?? ['AUDIO'],
    inputAudioFormat: input.inputAudioFormat ?? 'PCM16',
    outputAudioFormat: input.outputAudioFormat ?? 'PCM16',
    outputLanguage: input.outputLanguage ?? null,
    temperature: input.temperature ?? null,
    maxResponseOutputTokens: input.maxResponseOutputTokens ?? 'inf',
    inputAudioTranscription: null,
    inputAudioNoiseReduction: null,
    turnDetection: null,
    tools: [],
    toolChoice: null,
  };
}
