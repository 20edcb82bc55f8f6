/** What the servers are asked: the same document for all but PostGraphile, which has names of its own. */
export const QUERIES = ['1', '2', '3'] as const;
export type QueryName = (typeof QUERIES)[number];

export const DIALECTS = ['gatehouse', 'postgraphile'] as const;
export type Dialect = (typeof DIALECTS)[number];

export const STATUSES = ['ACTIVE', 'FAILED', 'REVOKED', 'UNCONFIRMED'] as const;

/** Requests that differ: a user each, and the statuses in turn. Query 3 is always the same. */
const BODIES = 2000;

const FIELDS = `
  id status type model voice provider upstreamSessionId createdAt issuedAt revokedAt
  clientSecret { redacted expiresAt }
  user { id externalId }`;
const PAGE = `edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor }`;
const USER_PAGE = `edges { node { id externalId createdAt lastSessionAt activeSessionCount nextExpiryAt } }
  pageInfo { hasNextPage endCursor }`;

// Its own names: an id is called rowId, and columns are what there is; the status is added to its schema.
const POSTGRAPHILE_FIELDS = `
  rowId status type model voice provider upstreamSessionId createdAt settledAt revokedAt
  secretPrefix secretLastFour expiresAt
  endUserByUserId { rowId externalId }`;
const POSTGRAPHILE_USER_PAGE = `edges { node { rowId externalId createdAt lastSessionAt activeSessionCount nextExpiryAt } }
  pageInfo { hasNextPage endCursor }`;
const POSTGRAPHILE_PAGE = `edges { node { ${POSTGRAPHILE_FIELDS} } } pageInfo { hasNextPage endCursor }`;

const DOCUMENTS: Readonly<Record<Dialect, Readonly<Record<QueryName, string>>>> = {
  gatehouse: {
    1: `query OfUser($externalUserId: String!) {
      realtimeSessions(filter: { externalUserId: $externalUserId }, first: 20) { ${PAGE} } }`,
    2: `query OfStatus($status: RealtimeSessionStatus!) {
      realtimeSessions(filter: { statuses: [$status] }, first: 50) { ${PAGE} } }`,
    3: `query Users { users(first: 20, orderBy: LAST_SESSION_AT_DESC) { ${USER_PAGE} } }`,
  },
  postgraphile: {
    1: `query OfUser($externalUserId: String!) {
      endUserByExternalId(externalId: $externalUserId) {
        realtimeSessionsByUserId(first: 20, orderBy: PRIMARY_KEY_DESC) { ${POSTGRAPHILE_PAGE} } } }`,
    2: `query OfStatus($status: String!) {
      allRealtimeSessions(condition: { status: $status }, first: 50, orderBy: PRIMARY_KEY_DESC) { ${POSTGRAPHILE_PAGE} } }`,
    3: `query Users {
      allEndUsers(first: 20, orderBy: [LAST_SESSION_AT_DESC, PRIMARY_KEY_DESC]) { ${POSTGRAPHILE_USER_PAGE} } }`,
  },
};

/** The bodies of the requests; `users` is how many there are. The same each time, whoever is asked. */
export function requestBodies(query: QueryName, dialect: Dialect, users: number): string[] {
  const document = DOCUMENTS[dialect][query];
  return Array.from({ length: BODIES }, (_, index) => {
    // A step that has no factor in common with the number of users: each comes once before any comes twice.
    if (query === '3') return JSON.stringify({ query: document });
    const user = (index * 7919) % users;
    const status = STATUSES[index % STATUSES.length];
    const variables = query === '1' ? { externalUserId: `user-${user}` } : { status };
    return JSON.stringify({ query: document, variables });
  });
}
