import type { IncomingMessage } from 'node:http';
import type { Actor } from '../domain/actor.ts';
import { checkHeaders, checkMethod } from './check-head.ts';
import type { Cors } from './cors.ts';
import { type IdentifyRules, identifyCaller } from './identify-caller.ts';
import { hasJsonParameters, readBody } from './read-body.ts';
import { type Refusal, refuse } from './refusal.ts';

export const GRAPHQL_PATH = '/graphql';

export type AdmissionRules = IdentifyRules & {
  readonly cors: Cors;
  readonly maxBodyBytes: number;
  readonly graphiql: boolean;
};

export type Admission =
  | { readonly kind: 'admitted'; readonly actor: Actor; readonly body: object | null }
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
  const { actor } = identified;
  const unfit = checkHeaders(request);
  if (unfit !== null) return unfit;
  if (request.method === 'GET') {
    if (!hasJsonParameters(request.url)) return refuse(400, 'variables and extensions must be JSON objects.');
    return { kind: 'admitted', actor, body: null };
  }
  const body = await readBody(request, rules.maxBodyBytes);
  return body.kind === 'body' ? { kind: 'admitted', actor, body: body.value } : body;
}

function checkPlace({ url }: IncomingMessage): Refusal | null {
  return url?.split('?', 1)[0] === GRAPHQL_PATH ? null : refuse(404, `GraphQL is served at ${GRAPHQL_PATH}.`);
}

function mayGoOn({ headers, complete }: IncomingMessage, maxBodyBytes: number): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxBodyBytes;
}
