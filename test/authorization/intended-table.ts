/**
 * Who may read and change what: "Who asks" of the architecture, field by field, written by hand. It shares nothing
 * with the gateway's own tables: what it says is what the gateway is held to.
 */

export const SCOPES = [
  'SESSIONS_CREATE',
  'SESSIONS_READ',
  'SESSIONS_REVOKE',
  'USAGE_READ',
  'USAGE_WRITE',
  'AUDIT_READ',
  'USERS_READ',
  'USERS_WRITE',
  'POLICIES_WRITE',
  'APPLICATIONS_WRITE',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What opens something. A scope by itself opens it as far as the caller's reach goes. */
export type Condition =
  | 'anyone'
  | 'end user'
  | 'an application'
  | 'the application itself'
  | 'an operator'
  | 'any scope with EVERYTHING'
  | Scope
  | `${Scope} with EVERYTHING`;
/** One of them is enough. */
export type Opening = readonly Condition[];
type Fields = Readonly<Record<string, Opening>>;

const ANYONE = ['anyone'] as const;
const SESSION_READERS = ['SESSIONS_READ', 'end user'] as const;
const USER_READERS = ['USERS_READ', 'end user'] as const;
const USAGE_READERS = ['USAGE_READ', 'end user'] as const;
const SUSPENDERS = ['USERS_WRITE with EVERYTHING'] as const;
const READERS_OF_EVERYTHING = [
  'SESSIONS_READ with EVERYTHING',
  'USAGE_READ with EVERYTHING',
  'AUDIT_READ with EVERYTHING',
  'USERS_READ with EVERYTHING',
] as const;
const REGISTRARS = ['APPLICATIONS_WRITE with EVERYTHING'] as const;

function all(opening: Opening, names: string): Fields {
  return Object.fromEntries(names.split(' ').map((name) => [name, opening]));
}

/** Every field of every type that a record can be reached from. A field of the schema that is missing here fails the test. */
export const fields: Readonly<Record<string, Fields>> = {
  Query: {
    // What kind of record the id names decides: see `nodes`.
    ...all(ANYONE, 'node nodes viewer'),
    ...all(SESSION_READERS, 'realtimeSession realtimeSessions realtimeCalls sessionStatistics'),
    ...all(USER_READERS, 'user users'),
    ...all([...READERS_OF_EVERYTHING, ...REGISTRARS], 'applications'),
    ...all(USAGE_READERS, 'usage'),
    ...all(['AUDIT_READ'], 'auditEvents'),
    ...all(['an operator', 'any scope with EVERYTHING'], 'gateway'),
  },
  Mutation: {
    ...all(['SESSIONS_CREATE', 'end user'], 'createRealtimeSession'),
    ...all(['SESSIONS_REVOKE', 'end user'], 'revokeRealtimeSession endRealtimeCall'),
    // Whose session it has to be without USAGE_WRITE is not decided by the field: see changing.test.ts.
    ...all(['USAGE_WRITE', 'end user', 'an application'], 'reportUsage'),
    ...all(SUSPENDERS, 'suspendUser reinstateUser eraseUser'),
    ...all(['POLICIES_WRITE'], 'setPolicy'),
    ...all(['AUDIT_READ'], 'identifyClientSecret'),
    ...all(REGISTRARS, 'createApplication createApiKey revokeApiKey'),
  },
  Subscription: all(SESSION_READERS, 'sessionEvents'),
  // Whoever may watch sees the whole event.
  SessionEvent: all(ANYONE, 'id type at session'),
  RealtimeSession: {
    ...all(
      ANYONE,
      'id upstreamSessionId object type status clientSecret modalities model instructions voice inputAudioFormat outputAudioFormat inputAudioTranscription turnDetection inputAudioNoiseReduction tools toolChoice temperature maxResponseOutputTokens outputLanguage upstreamConfig connection call',
    ),
    ...all(ANYONE, 'user application provider labels createdAt issuedAt revokedAt exposedUntil failure'),
    ...all(['AUDIT_READ'], 'auditEvents'),
    ...all(USAGE_READERS, 'usage'),
  },
  RealtimeCall: {
    ...all(
      ANYONE,
      'id session status createdAt connectedAt endedAt deadlineAt lastActivityAt endReason driftedFields',
    ),
    ...all(USAGE_READERS, 'usage'),
  },
  User: {
    ...all(ANYONE, 'id externalId'),
    ...all(USER_READERS, 'createdAt suspendedAt erasedAt quotas policy policyOverrides'),
    ...all(USER_READERS, 'activeSessionCount nextExpiryAt lastSessionAt'),
    ...all(SESSION_READERS, 'sessions'),
    ...all(USAGE_READERS, 'usage budget'),
    ...all(['AUDIT_READ'], 'auditEvents'),
  },
  Application: {
    ...all(ANYONE, 'id name'),
    ...all(REGISTRARS, 'createdAt apiKeys'),
    ...all(['POLICIES_WRITE', ...REGISTRARS], 'policyOverrides'),
  },
  ApiKey: {
    ...all(ANYONE, 'id name redacted'),
    ...all(REGISTRARS, 'scopes reach createdAt expiresAt lastUsedAt revokedAt'),
  },
  AuditEvent: {
    ...all(
      ANYONE,
      'id sequence at action outcome actor application user requestId ipAddress userAgent detail',
    ),
    ...all(['SESSIONS_READ'], 'session'),
  },
  AuditActor: all(ANYONE, 'kind name application apiKey user'),
  Viewer: all(ANYONE, 'kind name scopes reach user application'),

  RealtimeSessionConnection: all(ANYONE, 'edges nodes pageInfo totalCount eventsAfter'),
  RealtimeSessionEdge: all(ANYONE, 'cursor node'),
  RealtimeCallConnection: all(ANYONE, 'edges nodes pageInfo'),
  RealtimeCallEdge: all(ANYONE, 'cursor node'),
  UserConnection: all(ANYONE, 'edges nodes pageInfo totalCount'),
  UserEdge: all(ANYONE, 'cursor node'),
  AuditEventConnection: all(ANYONE, 'edges nodes pageInfo totalCount'),
  AuditEventEdge: all(ANYONE, 'cursor node'),

  UsageReport: all(ANYONE, 'from to timeZone totals rows'),
  UsageRowConnection: all(ANYONE, 'edges nodes pageInfo'),
  UsageRowEdge: all(ANYONE, 'cursor node'),
  SessionStatistics: all(ANYONE, 'from to timeZone totals rows'),
  SessionStatisticsRowConnection: all(ANYONE, 'edges nodes pageInfo'),
  SessionStatisticsRowEdge: all(ANYONE, 'cursor node'),
  SessionStatisticsRow: all(ANYONE, 'start user application provider model failureCode denialReason counts'),

  UsageRow: all(ANYONE, 'user application model provider label start sessionsIssued totals'),

  CreateRealtimeSessionSuccess: all(ANYONE, 'session clientSecret callUrl'),
  SecretAlreadyIssuedError: all(ANYONE, 'message session'),
  UpstreamError: all(
    ANYONE,
    'message session upstreamStatus upstreamCode upstreamParam path upstreamRequestId retryAt retryable possiblyIssued',
  ),
  RevokeRealtimeSessionSuccess: all(SESSION_READERS, 'session'),
  EndRealtimeCallSuccess: all(SESSION_READERS, 'call'),
  ReportUsageSuccess: {
    ...all(SESSION_READERS, 'session'),
    ...all(ANYONE, 'alreadyReported'),
  },
  // Whoever may look it up reads what was found.
  IdentifyClientSecretSuccess: all(ANYONE, 'session'),
  UserSuccess: all(ANYONE, 'user'),
  SetPolicySuccess: all(ANYONE, 'overrides application user'),
  CreateApplicationSuccess: all(ANYONE, 'application'),
  CreateApiKeySuccess: all(ANYONE, 'apiKey value'),
  RevokeApiKeySuccess: all(ANYONE, 'apiKey'),
};

/** What node and nodes ask for an id, by the kind of record that it names: the kinds of records there are. */
export const nodes = {
  RealtimeSession: SESSION_READERS,
  RealtimeCall: SESSION_READERS,
  User: USER_READERS,
  Application: [
    'end user',
    'the application itself',
    'SESSIONS_READ',
    'USAGE_READ',
    'AUDIT_READ',
    'POLICIES_WRITE',
    'USERS_READ with EVERYTHING',
    ...REGISTRARS,
  ],
  ApiKey: REGISTRARS,
  AuditEvent: ['AUDIT_READ'],
} as const satisfies Record<string, Opening>;
export type RecordType = keyof typeof nodes;

/** The opening of a field by its coordinate, such as "User.quotas". */
export function openingOf(coordinate: string): Opening {
  const [type = '', field = ''] = coordinate.split('.');
  const opening = fields[type]?.[field];
  if (opening === undefined) throw new Error(`The intended table does not mention ${coordinate}`);
  return opening;
}
