import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';
import type { Dialect } from '../../src/providers/provider.ts';
import { TRANSLATIONS } from './echo-session.ts';

/** Whose API a fake upstream has. */
export type UpstreamKind = Exclude<Dialect, 'live'> | 'azure';

type Call = { readonly headers: IncomingHttpHeaders; readonly body: Json };
type Refusal = { readonly status: number; readonly body: JsonObject };

type Rules = {
  readonly dialect: Dialect;
  /** What the base URL ends with. */
  readonly base: string;
  readonly paths: readonly string[];
  readonly requestIdHeader: string;
  readonly secretPrefix: string;
  /** What the real one refuses of a request to the right address; null when it mints. */
  readonly refuse: (call: Call) => Refusal | null;
};

const nothing = () => null;

export const upstreamKinds: Readonly<Record<UpstreamKind, Rules>> = {
  ga: {
    dialect: 'ga',
    base: '/v1',
    paths: ['/v1/realtime/client_secrets', TRANSLATIONS],
    requestIdHeader: 'x-request-id',
    secretPrefix: 'ek_',
    refuse: nothing,
  },
  flat: {
    dialect: 'flat',
    base: '/v1',
    paths: ['/v1/realtime/sessions'],
    requestIdHeader: 'x-request-id',
    secretPrefix: 'ek_',
    refuse: nothing,
  },
  azure: {
    dialect: 'ga',
    base: '',
    paths: ['/openai/v1/realtime/client_secrets'],
    requestIdHeader: 'apim-request-id',
    secretPrefix: 'ek_',
    refuse: ({ headers, body }) => {
      // A key is not taken as a bearer, nor are both: the gateway is to know which one it has.
      const isToken = /^Bearer eyJ\S+$/.test(headers.authorization ?? '');
      const isKey = headers['api-key'] !== undefined;
      if (isToken === isKey) {
        const message = 'Access denied due to invalid subscription key or wrong API endpoint.';
        return { status: 401, body: { error: { code: '401', message } } };
      }
      // The real one mints for two hours then, which no test may rely on.
      const { anchor, seconds } = expiry(body);
      if (anchor !== 'created_at') return refusal('expires_after.anchor');
      return isWithin(seconds, 10, 7200) ? null : refusal('expires_after.seconds');
    },
  },
  xai: {
    dialect: 'xai',
    base: '/v1',
    paths: ['/v1/realtime/client_secrets'],
    requestIdHeader: 'x-request-id',
    secretPrefix: 'xai-realtime-client-secret-',
    refuse: ({ headers, body }) => {
      if (!/^Bearer xai-\S+$/.test(headers.authorization ?? '')) return refusal(null, 'invalid_api_key', 401);
      const { anchor, seconds } = expiry(body);
      if (anchor !== undefined) return refusal('expires_after.anchor', 'unknown_parameter');
      if (!isWithin(seconds, 1, 3600)) return refusal('expires_after.seconds');
      const session = isJsonObject(body) ? body['session'] : undefined;
      const unknown = Object.keys(isJsonObject(session) ? session : {}).find(
        (field) => field !== 'model' && field !== 'reasoning',
      );
      return unknown === undefined ? null : refusal(`session.${unknown}`, 'unknown_parameter');
    },
  },
};

function refusal(param: string | null, code = 'invalid_value', status = 400): Refusal {
  const message = 'The request cannot be used.';
  return { status, body: { error: { message, type: 'invalid_request_error', param, code } } };
}

function expiry(body: Json): JsonObject {
  const found = isJsonObject(body) ? body['expires_after'] : undefined;
  return isJsonObject(found) ? found : {};
}

function isWithin(seconds: Json | undefined, min: number, max: number): boolean {
  return typeof seconds === 'number' && seconds >= min && seconds <= max;
}
