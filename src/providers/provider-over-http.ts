import { Agent, type Dispatcher } from 'undici';
import type { Secret } from '../platform/redaction/secret.ts';
import { type MintingUpstream, mintOverHttp } from './mint-over-http.ts';
import type { Provider } from './provider.ts';
import type { WireDialect } from './wire-dialect.ts';

/** A provider that holds connections open between mints, until it is closed. */
export type ClosableProvider = Provider & {
  /** Lets mints in flight finish, then closes the connections. */
  close(): Promise<void>;
};

export type OpenAiOptions = {
  /** As recorded with each session. */
  readonly name: string;
  /** e.g. https://api.openai.com/v1, with or without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  /** One mint's deadline in milliseconds. */
  readonly timeoutMs: number;
  /** Carries the requests instead of an agent of its own; close() closes it too. */
  readonly agent?: Dispatcher | undefined;
};

// OpenAI ends a realtime session after 60 minutes, whatever opened it.
const LONGEST_SESSION_SECONDS = 3600;

/** A provider that speaks `dialect` with OpenAI's own headers. */
export function providerOverHttp(dialect: WireDialect, options: OpenAiOptions): ClosableProvider {
  const agent = options.agent ?? createAgent(options.timeoutMs);
  const upstream: MintingUpstream = {
    dialect,
    url: new URL(options.baseUrl.replace(/\/+$/, '') + dialect.path),
    agent,
    timeoutMs: options.timeoutMs,
    headers: ({ safetyIdentifier }) => ({
      authorization: `Bearer ${options.apiKey.forUpstream()}`,
      'openai-safety-identifier': safetyIdentifier,
      ...(options.organization === undefined ? {} : { 'openai-organization': options.organization }),
      ...(options.project === undefined ? {} : { 'openai-project': options.project }),
    }),
  };
  return {
    name: options.name,
    dialect: dialect.name,
    longestSessionSeconds: LONGEST_SESSION_SECONDS,
    mint: (request) => mintOverHttp(upstream, request),
    close: () => agent.close(),
  };
}

function createAgent(timeoutMs: number): Agent {
  return new Agent({
    // Over HTTP/2 undici replays requests that a GOAWAY or REFUSED_STREAM turned back: that is not one attempt.
    allowH2: false,
    connectTimeout: timeoutMs,
    // Keep-alive stays at undici's 4 s, unless the answer names another time: an upstream that closes a socket
    // in the moment of its reuse costs an unconfirmed session.
  });
}
