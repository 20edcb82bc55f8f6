/** What can be read of a session as text, by name; session-texts.db.ts has the columns. */
const SESSION_TEXTS = [
  'id',
  'userId',
  'externalUserId',
  'applicationId',
  'applicationName',
  'provider',
  'status',
  'type',
  'object',
  'model',
  'voice',
  'upstreamSessionId',
  'createdAt',
  'issuedAt',
  'revokedAt',
  'expiresAt',
  'exposedUntil',
  'redactedSecret',
  'secretFingerprint',
  'failureCode',
  'failureUpstreamStatus',
  'failureUpstreamCode',
  'failureUpstreamParam',
  'failureUpstreamRequestId',
  'instructions',
  'inputAudioFormat',
  'outputAudioFormat',
  'temperature',
  'maxResponseOutputTokens',
  'outputLanguage',
  'upstreamConfig',
] as const;

export type SessionText = (typeof SESSION_TEXTS)[number];

const names: ReadonlySet<string> = new Set(SESSION_TEXTS);

export function isSessionText(name: string): name is SessionText {
  return names.has(name);
}
