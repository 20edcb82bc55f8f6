// The part of the gateway's schema that is asked for.
export const typeDefs = `
  enum RealtimeSessionStatus { PENDING ACTIVE EXPIRED REVOKED FAILED UNCONFIRMED }
  enum RealtimeSessionType { REALTIME TRANSCRIPTION }
  scalar DateTime
  type User {
    id: ID! externalId: String createdAt: DateTime! lastSessionAt: DateTime
    activeSessionCount: Int! nextExpiryAt: DateTime
  }
  type UserEdge { node: User! cursor: String! }
  type UserConnection { edges: [UserEdge!]! pageInfo: PageInfo! }
  enum UserOrder { LAST_SESSION_AT_DESC }
  type RedactedClientSecret { redacted: String! expiresAt: DateTime! }
  type RealtimeSession {
    id: ID! status: RealtimeSessionStatus! type: RealtimeSessionType! model: String! voice: String provider: String!
    upstreamSessionId: String createdAt: DateTime! issuedAt: DateTime revokedAt: DateTime
    clientSecret: RedactedClientSecret user: User!
  }
  type RealtimeSessionEdge { node: RealtimeSession! cursor: String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type RealtimeSessionConnection { edges: [RealtimeSessionEdge!]! pageInfo: PageInfo! }
  input RealtimeSessionFilter { externalUserId: String statuses: [RealtimeSessionStatus!] }
  type Query { realtimeSessions(filter: RealtimeSessionFilter!, first: Int!): RealtimeSessionConnection!
    users(first: Int!, orderBy: UserOrder!): UserConnection! }
`;

/** Ids as the gateway writes them. */
export const globalId = (type, id) => Buffer.from(`${type}:${id}`).toString('base64');

/** Rows, of which one more than a page was asked for, as a connection; each node by `toNode`, its cursor by `cursorOf`. */
export function toConnection(rows, size, toNode, cursorOf = sessionCursor) {
  const kept = rows.length > size ? rows.slice(0, size) : rows;
  return {
    edges: kept.map((row) => ({ node: toNode(row), cursor: cursorOf(row) })),
    pageInfo: {
      hasNextPage: rows.length > size,
      endCursor: kept.length === 0 ? null : cursorOf(kept[kept.length - 1]),
    },
  };
}

const sessionCursor = ({ id }) => Buffer.from(`realtimeSessions/CREATED_AT_DESC:${id}`).toString('base64url');

/** The cursor of a user, by the time of its last session in milliseconds. */
export const userCursor = (id, lastSessionAt) =>
  Buffer.from(`users/LAST_SESSION_AT_DESC:${lastSessionAt}000:${id}`).toString('base64url');
