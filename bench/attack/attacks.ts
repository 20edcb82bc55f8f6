export const ATTACKS = [
  'redaction',
  'variables',
  'locks',
  'flood',
  'listings',
  'answers',
  'streams',
] as const;
export type Attack = (typeof ATTACKS)[number];

/** Whose row is locked while the attacks run. */
export const LOCKED_USER = 'user-locked';

const MINT = `mutation ($input: CreateRealtimeSessionInput!) {
  createRealtimeSession(input: $input) { __typename ... on CreateRealtimeSessionSuccess { session { id } } }
}`;
const LISTING = `query ($filter: RealtimeSessionFilter) {
  realtimeSessions(filter: $filter, first: 50) { totalCount nodes { id labels { key value } } }
}`;
export const SUBSCRIPTION = 'subscription { sessionEvents { id session { id model user { externalId } } } }';

const HEADER_VALUE = 'abcdefgh';
const HEADERS = Array.from({ length: 1000 }, (_, index) => ({ name: `x-${index}`, value: HEADER_VALUE }));
const REDACTION = {
  instructions: HEADER_VALUE.repeat(7500),
  tools: [{ mcp: { serverLabel: 'a', serverUrl: 'https://tools.example.com/mcp', headers: HEADERS } }],
};
// Three bytes each as they are sent, and six as the provider writes them.
const ANSWERS = { instructions: '語'.repeat(45_000) };

const mintOf = (input: object) => JSON.stringify({ query: MINT, variables: { input } });

// Made once: what it costs to write them is no part of the attack.
const BODIES: Readonly<Record<Exclude<Attack, 'flood'>, string>> = {
  redaction: mintOf({ externalUserId: 'user-redaction', ...REDACTION }),
  variables: mintOf({ externalUserId: 'user-variables', labels: Array(80_000).fill({}) }),
  locks: mintOf({ externalUserId: LOCKED_USER }),
  listings: JSON.stringify({
    query: LISTING,
    variables: { filter: { labels: [{ key: 'channel', value: 'nowhere' }] } },
  }),
  answers: mintOf({ externalUserId: 'user-answers', ...ANSWERS }),
  streams: JSON.stringify({ query: SUBSCRIPTION }),
};

/** The body of an attacker's request with this number. */
export function bodyOf(attack: Attack, number: number): string {
  return attack === 'flood' ? mintOf({ externalUserId: `user-flood-${number % 1000}` }) : BODIES[attack];
}

/** How many requests an attacker has open at a time. Subscriptions that are granted stay open. */
export function openAtATime(attack: Attack): number {
  return attack === 'streams' ? 20 : 1;
}
