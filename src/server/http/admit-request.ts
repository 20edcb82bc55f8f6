import type { IncomingMessage } from 'node:http';
import { type Actor, principalKey } from '../../authorization/actor.ts';
import type { FairScheduler } from '../../platform/process/fair-scheduler.ts';
import type { Semaphore } from '../../platform/process/semaphore.ts';
import type { GraphqlRequest } from '../graphql/engine.ts';
import { checkHeaders, checkMethod, checkProtocol } from './check-head.ts';
import type { Cors } from './cors.ts';
import { type IdentifyRules, identifyCaller, tooMany } from './identify-caller.ts';
import { type Accepted, negotiate } from './negotiate.ts';
import { readBody, readParameters } from './read-body.ts';
import { type Refusal, refuse } from './refusal.ts';

export const GRAPHQL_PATH = '/graphql';

export type AdmissionRules = IdentifyRules & {
  readonly cors: Cors;
  readonly maxBodyBytes: number;
  readonly graphiql: boolean;
  /** Requests at a time, by caller. */
  readonly requests: Semaphore;
  /** Whose request is computed next. */
  readonly scheduler: FairScheduler;
};

export type Admission =
  | {
      readonly kind: 'admitted';
      readonly actor: Actor;
      /** Checks the credential again. @throws UnavailableError when it cannot be checked now */
      readonly isCredentialValid: () => Promise<boolean>;
      readonly accepted: Accepted;
      readonly request: GraphqlRequest;
      /** Lets another request of the caller in. */
      readonly release: () => void;
    }
  | { readonly kind: 'graphiql' }
  | { readonly kind: 'gone' }
  | ReturnType<Cors['preflight']>;

const BUSY_RETRY_SECONDS = 1;

/**
 * Decides which requests reach GraphQL: the right path, an authenticated caller within its limits, JSON of bounded size.
 * @param onEnd has the listener called when the request has been answered
 */
export async function admitRequest(
  request: IncomingMessage,
  address: string | null,
  rules: AdmissionRules,
  onEnd: (listener: () => void) => void,
): Promise<Admission> {
  const admission = await admit(request, address, rules, onEnd);
  if (admission.kind !== 'refused' || !hasUnreadBody(request, rules.maxBodyBytes)) return admission;
  // The body is not read, and the client would go on sending it.
  return { ...admission, headers: { connection: 'close', ...admission.headers } };
}

async function admit(
  request: IncomingMessage,
  address: string | null,
  rules: AdmissionRules,
  onEnd: (listener: () => void) => void,
): Promise<Admission> {
  const refusal = checkPath(request) ?? checkProtocol(request) ?? checkMethod(request);
  if (refusal !== null) return refusal;
  if (request.method === 'OPTIONS') return rules.cors.preflight(request);
  // The page holds no data. Its requests are authenticated like all others.
  if (rules.graphiql && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    return { kind: 'graphiql' };
  }
  const identified = await identifyCaller(request, address, rules);
  if (identified.kind === 'refused') return identified;
  const { actor, isCredentialValid } = identified;
  const badHeaders = checkHeaders(request);
  if (badHeaders !== null) return badHeaders;
  const accepted = negotiate(request.headers.accept);
  const caller = principalKey(actor);
  // Before the body is read: what waits for its turn is not held in memory.
  const release = await rules.requests.acquire(caller);
  if (release === null) return tooMany(BUSY_RETRY_SECONDS);
  const releaseOnce = once(release);
  onEnd(releaseOnce);
  const takeTurn = () => rules.scheduler.turn(caller);
  const admitted = { kind: 'admitted', actor, isCredentialValid, accepted, release: releaseOnce } as const;
  if (request.method === 'GET') {
    await takeTurn();
    return { ...admitted, request: { method: 'GET', parameters: readParameters(request.url) } };
  }
  const body = await readBody(request, rules.maxBodyBytes, takeTurn);
  return body.kind === 'body' ? { ...admitted, request: { method: 'POST', parameters: body.value } } : body;
}

function checkPath({ url }: IncomingMessage): Refusal | null {
  return url?.split('?', 1)[0] === GRAPHQL_PATH ? null : refuse(404, `GraphQL is served at ${GRAPHQL_PATH}.`);
}

function hasUnreadBody({ headers, complete }: IncomingMessage, maxBodyBytes: number): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxBodyBytes;
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
