import { shellCaller } from '../authorization/shell-actor.ts';
import type { FingerprintKey, Secret } from '../platform/redaction/secret.ts';
import type { Reader } from '../reader.ts';
import { type IdentifySecret, identifySecret } from '../sessions/identify-secret.ts';
import type { SessionStatus } from '../sessions/session.ts';

/** What an operator needs to know of a leaked secret. */
export type IdentifiedSecret = {
  readonly sessionId: string;
  /** The identifier that the applications use; null once erased. */
  readonly externalUserId: string | null;
  readonly application: string | null;
  readonly status: SessionStatus;
  readonly issuedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly exposedUntil: Date | null;
};

type Ports = {
  readonly reader: Pick<Reader, 'user' | 'application'>;
  readonly identify: IdentifySecret;
  readonly keys: readonly FingerprintKey[];
};

/** Whose a leaked secret is, asked from a shell; null when no session has it. */
export async function identifyFromShell(
  secret: Secret,
  { reader, ...ports }: Ports,
): Promise<IdentifiedSecret | null> {
  const session = await identifySecret(secret, shellCaller('secret identify'), ports);
  if (session === null) return null;
  const [user, application] = await Promise.all([
    reader.user(session.userId),
    reader.application(session.applicationId),
  ]);
  return {
    sessionId: session.id,
    externalUserId: user?.externalId ?? null,
    application: application?.name ?? null,
    status: session.status,
    issuedAt: session.issuedAt,
    expiresAt: session.clientSecret?.expiresAt ?? null,
    exposedUntil: session.exposedUntil,
  };
}
