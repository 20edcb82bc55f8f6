import { createGatehouse } from '../create-gatehouse.ts';
import type { Gatehouse } from '../gatehouse.ts';
import type { ErrorCode } from '../gatehouse-error.ts';
import type {
  CreateSessionMutation,
  CreateSessionMutationVariables,
  ReportUsageMutationVariables,
  RevokeSessionMutationVariables,
  SessionEventsSubscriptionVariables,
  SessionQueryVariables,
  SessionsQueryVariables,
} from '../generated/types.ts';
import type { RealtimeSessionDetails } from '../results.ts';
import { eventStream } from './event-stream.ts';
import { createFakeSessions } from './fake-sessions.ts';

/** What becomes of one request instead of an answer. */
export type FakeFailure =
  | 'network'
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly code?: ErrorCode };

/** What a refusal of `createSession` looks like. */
export type FakeRefusal = Exclude<
  CreateSessionMutation['createRealtimeSession'],
  { readonly __typename: 'CreateRealtimeSessionSuccess' }
>;

export type FakeGateway = {
  readonly url: string;
  /** Hand it to createGatehouse, or put it in the place of the global one. */
  readonly fetch: typeof globalThis.fetch;
  /** A client of it. */
  readonly gatehouse: Gatehouse;
  /** The sessions that it issued, newest first. */
  sessions(): readonly RealtimeSessionDetails[];
  /** How many sessions a user may have at a time. Null: as many as it likes, which is the default. */
  limit(externalUserId: string, maxActiveSessions: number | null): void;
  /** Makes the client secret of a session expire now. */
  expire(sessionId: string): void;
  /** The next requests fail like this, in this order. */
  fail(...failures: FakeFailure[]): void;
  /** The next `createSession` is refused like this. */
  refuse(refusal: FakeRefusal): void;
  /** How many streams of events are open. */
  streams(): number;
  /** Breaks all streams of events. They come back where they ended. */
  breakStreams(): void;
};

// The parameter of a method, unlike that of a function, may be of a narrower type: the app knows which variables come.
type FakeAnswer = { of(variables: Readonly<Record<string, unknown>>): object }['of'];

export type FakeOptions = {
  /** What it answers to operations that it does not know, by their names: the data, from the variables. */
  readonly answers?: Readonly<Record<string, FakeAnswer>>;
};

/**
 * A gateway in memory, behind a fetch, for the tests of an app. It mints, repeats, lists, revokes, counts sessions against a
 * limit, and tells of changes. It does not check the input further; that is what the sandbox of a real gateway is for.
 */
export function createFakeGateway({ answers = {} }: FakeOptions = {}): FakeGateway {
  const url = 'http://gatehouse.fake/graphql';
  const sessions = createFakeSessions();
  const failures: FakeFailure[] = [];
  const refusals: FakeRefusal[] = [];
  const streams = new Set<() => void>();

  const known: FakeOptions['answers'] = {
    CreateSession: ({ input }: CreateSessionMutationVariables) => ({
      createRealtimeSession: refusals.shift() ?? sessions.create(input),
    }),
    Session: ({ id }: SessionQueryVariables) => ({ realtimeSession: sessions.find(id) }),
    Sessions: ({ filter, orderBy, first, after }: SessionsQueryVariables) => {
      const listed = sessions.list(filter);
      const ordered = orderBy === 'CREATED_AT_ASC' ? listed.toReversed() : listed;
      return { realtimeSessions: pageOf(ordered, first ?? 20, after ?? null) };
    },
    RevokeSession: ({ input }: RevokeSessionMutationVariables) => {
      const session = sessions.revoke(input.id);
      return {
        revokeRealtimeSession:
          session === null ? NOT_FOUND : { __typename: 'RevokeRealtimeSessionSuccess', session },
      };
    },
    ReportUsage: ({ input }: ReportUsageMutationVariables) => {
      const alreadyReported = sessions.reportUsage(input.sessionId, input.responseId);
      return {
        reportUsage:
          alreadyReported === null ? NOT_FOUND : { __typename: 'ReportUsageSuccess', alreadyReported },
      };
    },
    EventsPosition: () => ({ realtimeSessions: { eventsAfter: sessions.position() } }),
    Viewer: () => ({
      viewer: {
        kind: 'APPLICATION',
        name: 'fake',
        reach: 'OWN_APPLICATION',
        scopes: ['SESSIONS_CREATE', 'SESSIONS_READ', 'SESSIONS_REVOKE'],
        application: { id: 'fake-application', name: 'fake' },
        user: null,
      },
    }),
    ...answers,
  };

  const fetch: typeof globalThis.fetch = async (_target, init) => {
    init?.signal?.throwIfAborted();
    const failure = failures.shift();
    if (failure === 'network') throw new TypeError('fetch failed');
    if (failure !== undefined) return failed(failure);
    const { query, variables } = JSON.parse(String(init?.body));
    const name = /^\s*(?:query|mutation|subscription)\s+(\w+)/.exec(query)?.[1] ?? '';
    if (name === 'SessionEvents') return follow(variables, init?.signal ?? null);
    const answer = known[name];
    if (answer !== undefined) return json(200, { data: answer(variables) });
    return failed({ status: 400, code: 'BAD_USER_INPUT' }, `The fake has no answer to ${name}: give it one.`);
  };

  function follow(
    { filter, after }: SessionEventsSubscriptionVariables,
    signal: AbortSignal | null,
  ): Response {
    const { response, end } = eventStream(sessions, {
      filter,
      after,
      signal,
      onEnd: () => streams.delete(end),
    });
    streams.add(end);
    return response;
  }

  return {
    url,
    fetch,
    gatehouse: createGatehouse({ url, auth: 'fake', fetch }),
    sessions: () => sessions.list(),
    limit: sessions.limit,
    expire: sessions.expire,
    fail: (...more) => void failures.push(...more),
    refuse: (refusal) => void refusals.push(refusal),
    streams: () => streams.size,
    breakStreams() {
      for (const end of streams) end();
    },
  };
}

const NOT_FOUND = { __typename: 'NotFoundError', message: 'There is no such record.' };

function pageOf(all: readonly RealtimeSessionDetails[], first: number, after: string | null) {
  const start = all.findIndex(({ id }) => id === after) + 1;
  const nodes = all.slice(start, start + first);
  return {
    nodes,
    pageInfo: { hasNextPage: start + first < all.length, endCursor: nodes.at(-1)?.id ?? null },
  };
}

function failed(
  { status, retryAfterSeconds, code }: Exclude<FakeFailure, 'network'>,
  message = 'The fake was told to fail.',
): Response {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return json(status, { errors: [{ message, extensions: { code, requestId: 'fake-request' } }] }, headers);
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
