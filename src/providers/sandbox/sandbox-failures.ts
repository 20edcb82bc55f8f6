import type { JsonObject } from '../../platform/validation/json.ts';

/** What the sandbox answers. */
export type SandboxReply = {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body: JsonObject | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the answer stops. Default: at its end. */
  readonly stops?: 'before it begins' | 'half-way' | 'half-way, cutting the connection';
};

/** An answer that mints, and the path of the model in the request, for errors that name it. */
type Asked = { readonly minted: JsonObject & { readonly expires_at: number }; readonly param: string };

const SECONDS_PAST = 60;
// More than is read of any answer: eight times the longest request that a gateway sends (mint-over-http.ts).
const TOO_LARGE_BYTES = 9 * 1024 * 1024;

const OK = 200;
const whole = ({ minted }: Asked): SandboxReply => ({ status: OK, body: minted });

/** The model for which nothing is sent: the provider connects to a port that refuses it (sandbox.ts). */
export const UNREACHABLE_MODEL = 'sandbox-refused';

// For each way in which a mint can fail at a provider, a model with which it does. docs/sandbox.md says what comes of each.
const FAILURES = {
  [UNREACHABLE_MODEL]: (asked) => ({ ...whole(asked), stops: 'before it begins' }),
  'sandbox-302': () => ({ status: 302, body: '', headers: { location: 'https://elsewhere.invalid/' } }),
  'sandbox-400': ({ param }) => error(400, 'invalid_value', { param }),
  'sandbox-401': () => error(401, 'invalid_api_key'),
  'sandbox-403': () => error(403, 'permission_denied'),
  'sandbox-404': ({ param }) => error(404, 'model_not_found', { param }),
  'sandbox-408': () => error(408, 'request_timeout'),
  'sandbox-429': () => error(429, 'rate_limit_exceeded', { headers: { 'retry-after': '20' } }),
  'sandbox-quota': () => error(429, 'insufficient_quota'),
  'sandbox-500': () => error(500, null),
  'sandbox-502': () => error(502, null),
  'sandbox-503': () => error(503, 'slow_down', { headers: { 'retry-after': '5' } }),
  'sandbox-504': () => error(504, null),
  'sandbox-timeout': (asked) => ({ ...whole(asked), stops: 'before it begins' }),
  'sandbox-stalled': (asked) => ({ ...whole(asked), stops: 'half-way' }),
  'sandbox-cut': (asked) => ({ ...whole(asked), stops: 'half-way, cutting the connection' }),
  'sandbox-too-large': ({ minted }) => ({
    status: OK,
    body: { ...minted, padding: 'x'.repeat(TOO_LARGE_BYTES) },
  }),
  'sandbox-not-json': () => ({
    status: OK,
    body: '<!doctype html><title>Welcome</title>',
    headers: { 'content-type': 'text/html' },
  }),
  'sandbox-no-secret': ({ minted: { value: _, ...rest } }) => ({ status: OK, body: rest }),
  'sandbox-no-expiry': ({ minted: { expires_at: _, ...rest } }) => ({ status: OK, body: rest }),
  'sandbox-past-expiry': ({ minted }) => ({
    status: OK,
    body: { ...minted, expires_at: Math.floor(Date.now() / 1000) - SECONDS_PAST },
  }),
} as const satisfies Readonly<Record<string, (asked: Asked) => SandboxReply>>;

const REPLIES: ReadonlyMap<string, (asked: Asked) => SandboxReply> = new Map(Object.entries(FAILURES));

/** The models with which the sandbox fails. No provider but the sandbox has them. */
export const SANDBOX_MODELS: readonly string[] = [...REPLIES.keys()];

export function isSandboxModel(model: string): boolean {
  return REPLIES.has(model);
}

/** What the sandbox answers for a model. A name that looks like one of its own and is none is a model that does not exist. */
export function replyTo(model: string | undefined, asked: Asked): SandboxReply {
  const reply = REPLIES.get(model ?? '') ?? (model?.startsWith('sandbox-') ? FAILURES['sandbox-404'] : whole);
  return reply(asked);
}

function error(
  status: number,
  code: string | null,
  { param = null, headers = {} }: { param?: string | null; headers?: Readonly<Record<string, string>> } = {},
): SandboxReply {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  return {
    status,
    headers,
    body: { error: { message: 'The sandbox fails as it was asked to.', type, param, code } },
  };
}
