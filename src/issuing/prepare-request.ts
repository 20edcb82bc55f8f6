import { type Actor, principalKey } from '../authorization/actor.ts';
import { secretRemover } from '../platform/redaction/known-secrets.ts';
import type { FingerprintKey, Secret } from '../platform/redaction/secret.ts';
import type { Dialect } from '../providers/provider.ts';
import { redactConfig, redactLabels, secretsIn } from '../sessions/redact-session.ts';
import type { Label, SessionConfig, SessionRequest } from '../sessions/session-config.ts';
import { hashInput } from './input-hash.ts';
import type { Idempotency } from './issue-store.ts';
import { adapt, normalise } from './normalise.ts';
import type { CreateInput } from './parse-create-input.ts';

/** A checked request with everything that is derived from it. Made once; reserving, minting and settling read it. */
export type PreparedRequest = {
  readonly input: CreateInput;
  /** The credentials in the request. Upstream may repeat them, so they are removed from what is recorded of its answer. */
  readonly secrets: readonly Secret[];
  /** What is sent upstream. */
  readonly outgoing: SessionRequest;
  /** What is recorded of the request: with the dialect's defaults, and redacted. */
  readonly config: SessionConfig;
  readonly labels: readonly Label[];
  /** Null without an idempotency key. */
  readonly idempotency: Idempotency | null;
};

type PrepareOptions = {
  readonly dialect: Dialect;
  readonly fingerprintKeys: readonly [FingerprintKey, ...FingerprintKey[]];
  readonly actor: Actor;
};

/**
 * Derives what a mint needs from a checked request.
 * @param rawInput the input before it was parsed: what makes a repetition is that the client wrote the same again
 */
export function prepareRequest(
  rawInput: unknown,
  input: CreateInput,
  { dialect, fingerprintKeys, actor }: PrepareOptions,
): PreparedRequest {
  const secrets = secretsIn(input.session.tools ?? []);
  const outgoing = adapt(dialect, input.session);
  return {
    input,
    secrets,
    outgoing,
    config: redactConfig(normalise(dialect, outgoing), secretRemover(secrets)),
    labels: redactLabels(input.labels),
    idempotency:
      input.idempotencyKey === null
        ? null
        : {
            key: input.idempotencyKey,
            caller: principalKey(actor),
            inputHashes: hashInput(rawInput, fingerprintKeys),
            writtenWith: fingerprintKeys[0].id,
          },
  };
}
