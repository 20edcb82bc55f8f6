import type { Dispatcher } from 'undici';
import { createHttpAgent, type Proxies } from '../platform/http-client/http-agent.ts';
import { type MintingUpstream, mintOverHttp } from './mint-over-http.ts';
import type { Provider } from './provider.ts';
import type { WireDialect } from './wire-dialect.ts';

/** A provider that holds connections open between mints, until it is closed. */
export type ClosableProvider = Provider & {
  /** Lets mints in flight finish, then closes the connections. */
  close(): Promise<void>;
};

export type HttpProviderOptions = Pick<MintingUpstream, 'headers' | 'timeoutMs'> & {
  /** As recorded with each session. */
  readonly name: string;
  readonly dialect: WireDialect;
  /** With or without a slash at its end. */
  readonly baseUrl: string;
  /** How long a connection that was opened with a secret can last at most, in seconds. */
  readonly longestSessionSeconds: number;
  /** Through which requests go. Default: none. */
  readonly proxies?: Proxies | undefined;
  /** Sends the requests, instead of an agent of the provider's own; close() closes it too. */
  readonly agent?: Dispatcher | undefined;
};

/** A provider that speaks `dialect` over HTTP, with its own headers. */
export function providerOverHttp(options: HttpProviderOptions): ClosableProvider {
  const { name, dialect, baseUrl, longestSessionSeconds, timeoutMs, headers } = options;
  const agent = options.agent ?? createHttpAgent({ proxies: options.proxies, timeoutMs });
  const url = new URL(baseUrl.replace(/\/+$/, '') + dialect.path);
  const upstream: MintingUpstream = { dialect, url, agent, timeoutMs, headers };
  return {
    name,
    dialect: dialect.name,
    longestSessionSeconds,
    mint: (request) => mintOverHttp(upstream, request),
    close: () => agent.close(),
  };
}
