import type { IncomingMessage } from 'node:http';
import type { Actor } from '../../authorization/actor.ts';
import type { GraphqlRequest } from '../graphql/engine.ts';
import { checkHeaders, checkMethod } from './check-head.ts';
import type { Cors } from './cors.ts';
import { type IdentifyRules, identifyCaller } from './identify-caller.ts';
import { type Accepted, negotiate } from './negotiate.ts';
import { readBody, readParameters } from './read-body.ts';
import { type Refusal, refuse } from './refusal.ts';

export const GRAPHQL_PATH = '/graphql';

export type AdmissionRules = IdentifyRules & {
  readonly cors: Cors;
  readonly maxBodyBytes: number;
  readonly graphiql: boolean;
};

export type Admission =
  | {
      readonly kind: 'admitted';
      readonly actor: Actor;
      /** Checks the credential again. @throws UnavailableError when it cannot be checked now */
      readonly isCredentialValid: () => Promise<boolean>;
      readonly accepted: Accepted;
      readonly request: GraphqlRequest;
    }
  | { readonly kind: 'graphiql' }
  | { readonly kind: 'gone' }
  | ReturnType<Cors['preflight']>;

/** Decides which requests reach GraphQL: the right path, an authenticated caller within its rate limit, JSON of bounded size. */
export async function admitRequest(
  request: IncomingMessage,
  address: string | null,
  rules: AdmissionRules,
): Promise<Admission> {
  const admission = await admit(request, address, rules);
  if (admission.kind !== 'refused' || !hasUnreadBody(request, rules.maxBodyBytes)) return admission;
  // The body is not read, and the client would go on sending it.
  return { ...admission, headers: { connection: 'close', ...admission.headers } };
}

async function admit(
  request: IncomingMessage,
  address: string | null,
  rules: AdmissionRules,
): Promise<Admission> {
  const refusal = checkPath(request) ?? checkMethod(request);
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
  const admitted = { kind: 'admitted', actor, isCredentialValid, accepted } as const;
  if (request.method === 'GET') {
    const parameters = readParameters(request.url);
    return parameters === null
      ? refuse(400, 'variables and extensions must be JSON objects.')
      : { ...admitted, request: { method: 'GET', parameters } };
  }
  const body = await readBody(request, rules.maxBodyBytes);
  return body.kind === 'body' ? { ...admitted, request: { method: 'POST', parameters: body.value } } : body;
}

function checkPath({ url }: IncomingMessage): Refusal | null {
  return url?.split('?', 1)[0] === GRAPHQL_PATH ? null : refuse(404, `GraphQL is served at ${GRAPHQL_PATH}.`);
}

function hasUnreadBody({ headers, complete }: IncomingMessage, maxBodyBytes: number): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxBodyBytes;
}
