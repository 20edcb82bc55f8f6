import { Agent, type Dispatcher } from 'undici';
import type { SessionType } from '../sessions/session-config.ts';
import { appendPath } from './append-path.ts';
import { type MintingUpstream, mintOverHttp } from './mint-over-http.ts';
import type { Provider } from './provider.ts';
import { connectSkippingInterimAnswers } from './skip-interim-answers.ts';
import type { WireDialect } from './wire-dialect.ts';

/** A provider that holds connections open between mints, until it is closed. */
export type ClosableProvider = Provider & {
  /** Lets mints in flight finish, then closes the connections. */
  close(): Promise<void>;
};

export type HttpProviderOptions = Pick<MintingUpstream, 'headers' | 'timeoutMs'> &
  Pick<Provider, 'name' | 'ttlSeconds' | 'longestSessionSeconds'> & {
    readonly dialect: WireDialect;
    /** With or without a slash at its end, and with a query if every request is to have it. */
    readonly baseUrl: string;
    /** The header of an answer that has the request's id. Default: x-request-id. */
    readonly requestIdHeader?: string | undefined;
    /** Sends the requests, instead of an agent of the provider's own; close() closes it too. */
    readonly agent?: Dispatcher | undefined;
  };

/** A provider that speaks `dialect` over HTTP, with its own headers. */
export function providerOverHttp(options: HttpProviderOptions): ClosableProvider {
  const { name, dialect, ttlSeconds, longestSessionSeconds, timeoutMs, headers } = options;
  const agent = options.agent ?? createAgent(timeoutMs);
  const url = (type: SessionType) => appendPath(options.baseUrl, dialect.path(type));
  const requestIdHeader = options.requestIdHeader ?? 'x-request-id';
  const upstream: MintingUpstream = { dialect, url, agent, timeoutMs, requestIdHeader, headers };
  return {
    name,
    dialect: dialect.name,
    ttlSeconds,
    longestSessionSeconds,
    isSandbox: false,
    mint: (request) => mintOverHttp(upstream, request),
    close: () => agent.close(),
  };
}

function createAgent(timeoutMs: number): Agent {
  return new Agent({
    // Over HTTP/2 undici replays requests that a GOAWAY or REFUSED_STREAM turned back: that is not one attempt.
    allowH2: false,
    connect: connectSkippingInterimAnswers({ allowH2: false, timeout: timeoutMs }),
    // Keep-alive stays at undici's 4 s, unless the answer names another time: an upstream that closes a socket
    // at the moment of its reuse costs an unconfirmed session.
  });
}
