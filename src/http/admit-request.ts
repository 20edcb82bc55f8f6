import type { IncomingMessage } from 'node:http';
import type { Actor } from '../domain/actor.ts';
import { type Authenticate, bearerOf } from './authenticate.ts';
import { readBody } from './read-body.ts';

export const GRAPHQL_PATH = '/graphql';

export type AdmissionRules = {
  readonly authenticate: Authenticate;
  readonly maxBodyBytes: number;
  readonly graphiql: boolean;
};

export type Admission =
  | { readonly kind: 'admitted'; readonly actor: Actor; readonly body: Buffer | null }
  | { readonly kind: 'graphiql' }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: 'UNAUTHENTICATED' | 'BAD_USER_INPUT';
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
    };

/** Decides what may reach GraphQL: the right place, a known caller, JSON of bounded size. */
export async function admitRequest(request: IncomingMessage, rules: AdmissionRules): Promise<Admission> {
  if (request.url?.split('?', 1)[0] !== GRAPHQL_PATH)
    return refuse(404, `GraphQL is served at ${GRAPHQL_PATH}.`);
  // The page itself holds nothing; what it asks has to be authenticated like everything else.
  if (rules.graphiql && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    return { kind: 'graphiql' };
  }
  const credential = bearerOf(request.headers.authorization);
  const actor =
    credential === null
      ? null
      : (rules.authenticate.known(credential) ?? (await rules.authenticate.verify(credential)));
  if (actor === null) {
    const message = 'A valid credential is needed: Authorization: Bearer …';
    return { ...refuse(401, message, { 'www-authenticate': 'Bearer' }), code: 'UNAUTHENTICATED' };
  }
  if (request.method !== 'POST') return { kind: 'admitted', actor, body: null };
  // Anything that a form can send would let another site's page act through a browser (CSRF).
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return refuse(415, 'The content type must be application/json.');
  }
  const body = await readBody(request, rules.maxBodyBytes);
  // The rest of the body is not read, so the connection cannot be used again.
  if (body === null) {
    return refuse(413, `The request must have at most ${rules.maxBodyBytes} bytes.`, { connection: 'close' });
  }
  return { kind: 'admitted', actor, body };
}

function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
  return { kind: 'refused', code: 'BAD_USER_INPUT', status, message, headers } as const;
}
