import { encodeId } from '../../src/graphql/ids.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import type { FakeUpstream, RecordedCall } from '../support/fake-upstream.ts';
import { checkQuotas } from './check-quotas.ts';
import type { Journal } from './journal.ts';
import type { EventRecord, LedgerRecord, SessionRecord } from './ledger-record.ts';
import { FINGERPRINT_KEY } from './settings.ts';

const EVENT_OF: Readonly<Record<string, string>> = {
  ISSUED: 'session.issued',
  FAILED: 'session.failed',
  UNCONFIRMED: 'session.unconfirmed',
};

/** Longer than an answer takes. */
const LATE_MS = 5000;

/** Everything that was promised and not kept, in words. */
export function check(journal: Journal, ledger: LedgerRecord, upstream: FakeUpstream): string[] {
  const sessions = new Map(
    ledger.sessions.map((session) => [encodeId('RealtimeSession', session.id), session]),
  );
  return [
    ...journal.unexpected.map((answer) => `unexpected answer: ${answer}`),
    ...ledger.leaks,
    ...checkHeld(journal, sessions),
    ...checkClaims(journal, sessions, upstream),
    ...checkUpstream(ledger, upstream),
    ...checkSuspensions(journal, ledger),
    ...checkEvents(ledger),
    ...checkClock(ledger),
    ...checkQuotas(ledger.sessions),
  ];
}

/** Whoever holds a secret holds that of a session whose record says so, and nobody else holds it. */
function checkHeld({ held }: Journal, sessions: ReadonlyMap<string, SessionRecord>): string[] {
  const key = { id: '', bytes: FINGERPRINT_KEY };
  const found = held.flatMap(({ sessionId, secret, marker }) => {
    const session = sessions.get(sessionId);
    const problem =
      session?.outcome !== 'ISSUED'
        ? `whose outcome is ${session?.outcome}`
        : session.fingerprint !== new Secret(secret).fingerprint(key)
          ? 'with another fingerprint'
          : withoutSuffix(session.marker) !== marker
            ? `that is ${session.marker}`
            : null;
    return problem === null ? [] : [`"${marker}" holds a secret of session ${session?.id} ${problem}`];
  });
  const shared = held.length - new Set(held.map(({ secret }) => secret)).size;
  const twice = held.length - new Set(held.map(({ sessionId }) => sessionId)).size;
  return [
    ...found,
    ...(shared > 0 ? [`${shared} secrets were handed out more than once`] : []),
    ...(twice > 0 ? [`${twice} sessions had their secret handed out more than once`] : []),
  ];
}

/** "No secret" is true for ever, and "none exists upstream" too. */
function checkClaims(
  { claims, nothingMinted, held, wrongClocks }: Journal,
  sessions: ReadonlyMap<string, SessionRecord>,
  { minted, calls }: FakeUpstream,
): string[] {
  const handedOver = new Set(held.map(({ sessionId }) => sessionId));
  const exists = new Set(minted.map(({ call }) => markerOf(call)));
  const called = new Set(calls.map(markerOf));
  // By a clock that is ahead the deadline of a mint has passed that then succeeds all the same.
  const byWrongClock = (at: number) =>
    wrongClocks.some(({ from, until }) => at >= from && at < until + LATE_MS);
  return [
    ...claims.flatMap(({ marker, sessionId, status, possiblyIssued, at }) => {
      const outcome = sessions.get(sessionId)?.outcome;
      return [
        ...(handedOver.has(sessionId) && !(status === 'UNCONFIRMED' && byWrongClock(at))
          ? [`"${marker}" was told ${status}, and its secret was handed over`]
          : []),
        ...(status === 'FAILED' && outcome !== 'FAILED'
          ? [`"${marker}" was told FAILED, and the ledger says ${outcome}`]
          : []),
        ...(!possiblyIssued && exists.has(marker)
          ? [`"${marker}" was told that nothing can have been issued, and something was`]
          : []),
      ];
    }),
    ...nothingMinted
      .filter((marker) => called.has(marker))
      .map((marker) => `"${marker}" was refused, and the provider was called`),
  ];
}

/** One reservation and at most one call for whatever was wished for, and no call without a reservation. */
function checkUpstream({ sessions }: LedgerRecord, { calls }: FakeUpstream): string[] {
  const reserved = Map.groupBy(sessions, ({ marker }) => withoutSuffix(marker));
  const called = Map.groupBy(calls, markerOf);
  return [
    ...[...reserved].flatMap(([marker, own]) =>
      own.length > 1 ? [`"${marker}" has ${own.length} sessions`] : [],
    ),
    ...[...called].flatMap(([marker, own]) => [
      ...(own.length > 1 ? [`"${marker}" was sent to the provider ${own.length} times`] : []),
      ...(reserved.has(marker) ? [] : [`"${marker}" was sent to the provider without a session`]),
    ]),
  ];
}

/** Nothing is reserved or issued for somebody between an acknowledged suspension and the request to end it. */
function checkSuspensions({ suspensions }: Journal, { sessions }: LedgerRecord): string[] {
  // The journal's clock is the same one, cut to milliseconds.
  const within = (at: number | null, from: number, until: number) =>
    at !== null && at > from + 1 && at < until;
  return suspensions.flatMap(({ user, from, until }) =>
    sessions
      .filter((session) => session.user === user)
      .filter(
        ({ createdAt, outcome, settledAt }) =>
          within(createdAt, from, until) || (outcome === 'ISSUED' && within(settledAt, from, until)),
      )
      .map(({ id }) => `${user} was suspended, and session ${id} was reserved or issued`),
  );
}

/** Every session came to an end, and the trail tells each step of it once. */
function checkEvents({ sessions, events }: LedgerRecord): string[] {
  const trails = Map.groupBy(events, ({ sessionId }) => sessionId);
  return sessions.flatMap((session) => {
    const { id, outcome } = session;
    // The order of times says nothing then, and its deadline may be yet to come.
    const isOfWrongClock = hasTimeAhead(session);
    if (outcome === null) return isOfWrongClock ? [] : [`session ${id} has no outcome`];
    const expected = eventsOf(session);
    const actions = (trails.get(id) ?? []).map(({ action }: EventRecord) => action);
    const inOrder = isOfWrongClock || actions[0] === 'session.requested';
    return [
      ...(inOrder && actions.toSorted().join() === expected.toSorted().join()
        ? []
        : [`session ${id}, ${outcome}, has the events ${actions.join()}`]),
      ...(isOfWrongClock ? [] : checkRevocation(session)),
    ];
  });
}

/** What the trail has to tell of a session that came to an end. */
function eventsOf({ outcome, revokedAt, expiryAnnouncedAt }: SessionRecord): string[] {
  return [
    'session.requested',
    ...(revokedAt === null ? [] : ['session.revoked']),
    // What was revoked does not expire.
    ...(expiryAnnouncedAt === null || revokedAt !== null ? [] : ['session.expired']),
    EVENT_OF[outcome ?? ''] ?? '',
  ];
}

function checkRevocation({ id, outcome, revokedAt, settledAt }: SessionRecord): string[] {
  return outcome === 'ISSUED' && revokedAt !== null && settledAt !== null && revokedAt < settledAt
    ? [`session ${id} was issued after it had been revoked`]
    : [];
}

/** Nothing that cannot be undone was done by a clock that was ahead. */
function checkClock({ sessions }: LedgerRecord): string[] {
  return sessions.flatMap(({ id, expiryAnnouncedAt, failureCode, settledAt }) => [
    ...(isAhead(expiryAnnouncedAt) ? [`session ${id} was said to have expired by a wrong clock`] : []),
    ...(failureCode === 'not_settled' && isAhead(settledAt)
      ? [`session ${id} was ended by a wrong clock`]
      : []),
  ]);
}

function hasTimeAhead({ createdAt, settledAt, revokedAt }: SessionRecord): boolean {
  return [createdAt, settledAt, revokedAt].some(isAhead);
}

/** Whether a time was written by a clock that was ahead: no run takes an hour. */
function isAhead(at: number | null): boolean {
  return at !== null && at > Date.now() + LATE_MS;
}

function markerOf({ text }: RecordedCall): string {
  const found = /"instructions":"([^"]*)"/.exec(text)?.[1];
  return withoutSuffix(found ?? text);
}

/** What is asked differently under the same key is still the same wish. */
function withoutSuffix(marker: string): string {
  return marker.replace(/ differently$/, '');
}
