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
      /** Whether its credential still counts. @throws UnavailableError when that cannot be told now */
      readonly stillKnown: () => Promise<boolean>;
      readonly accepted: Accepted;
      readonly request: GraphqlRequest;
    }
  | { readonly kind: 'graphiql' }
  | { readonly kind: 'gone' }
  | ReturnType<Cors['preflight']>;

/** Decides what may reach GraphQL: the right place, a known caller within its limits, JSON of bounded size. */
export async function admitRequest(
  request: IncomingMessage,
  address: string | null,
  rules: AdmissionRules,
): Promise<Admission> {
  const admission = await admit(request, address, rules);
  if (admission.kind !== 'refused' || !mayGoOn(request, rules.maxBodyBytes)) return admission;
  // Nobody reads what was refused, and the client would go on sending it.
  return { ...admission, headers: { connection: 'close', ...admission.headers } };
}

async function admit(
  request: IncomingMessage,
  address: string | null,
  rules: AdmissionRules,
): Promise<Admission> {
  const refusal = checkPlace(request) ?? checkMethod(request);
  if (refusal !== null) return refusal;
  if (request.method === 'OPTIONS') return rules.cors.preflight(request);
  // The page itself holds nothing; what it asks has to be authenticated like everything else.
  if (rules.graphiql && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    return { kind: 'graphiql' };
  }
  const identified = await identifyCaller(request, address, rules);
  if (identified.kind === 'refused') return identified;
  const { actor, stillKnown } = identified;
  const unfit = checkHeaders(request);
  if (unfit !== null) return unfit;
  const accepted = negotiate(request.headers.accept);
  const admitted = { kind: 'admitted', actor, stillKnown, accepted } as const;
  if (request.method === 'GET') {
    const parameters = readParameters(request.url);
    return parameters === null
      ? refuse(400, 'variables and extensions must be JSON objects.')
      : { ...admitted, request: { method: 'GET', parameters } };
  }
  const body = await readBody(request, rules.maxBodyBytes);
  return body.kind === 'body' ? { ...admitted, request: { method: 'POST', parameters: body.value } } : body;
}

function checkPlace({ url }: IncomingMessage): Refusal | null {
  return url?.split('?', 1)[0] === GRAPHQL_PATH ? null : refuse(404, `GraphQL is served at ${GRAPHQL_PATH}.`);
}

function mayGoOn({ headers, complete }: IncomingMessage, maxBodyBytes: number): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxBodyBytes;
}
