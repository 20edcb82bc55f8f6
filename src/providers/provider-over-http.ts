import type { Dispatcher } from 'undici';
import { createHttpAgent, type Proxies } from '../platform/http-client/http-agent.ts';
import type { SessionType } from '../sessions/session-config.ts';
import { appendPath } from './append-path.ts';
import { type CallsOptions, callsOverHttp } from './calls/calls-over-http.ts';
import { type MintingUpstream, mintOverHttp } from './mint-over-http.ts';
import { type Probe, probeUpstream } from './probe-upstream.ts';
import type { Provider } from './provider.ts';
import type { WireDialect } from './wire-dialect.ts';

/** A provider that holds connections open between mints, until it is closed. */
export type ClosableProvider = Provider & {
  /** Finds out whether it can be reached, without minting and without credentials. */
  probe(): Promise<Probe>;
  /** Lets mints in flight finish, then closes the connections. */
  close(): Promise<void>;
};

export type HttpProviderOptions = Pick<MintingUpstream, 'headers' | 'timeoutMs'> &
  Pick<Provider, 'name' | 'ttlSeconds' | 'longestSessionSeconds'> & {
    /** How it opens calls; left out where there is no way to. */
    readonly calls?: Pick<CallsOptions, 'wire' | 'credential' | 'previous' | 'headers'> | undefined;
    readonly dialect: WireDialect;
    /** With or without a slash at its end, and with a query if every request is to have it. */
    readonly baseUrl: string;
    /** The header of an answer that has the request's id. Default: x-request-id. */
    readonly requestIdHeader?: string | undefined;
    /** Through which requests go; not optional, so that no provider forgets them. */
    readonly proxies: Proxies | undefined;
    /** Sends the requests, instead of an agent of the provider's own; close() closes it too. */
    readonly agent?: Dispatcher | undefined;
  };

/** What is known of every provider over HTTP: where it is, how long a mint may take, and how it is reached. */
export type ConnectionOptions = Pick<
  HttpProviderOptions,
  'name' | 'baseUrl' | 'timeoutMs' | 'proxies' | 'agent'
>;

/** What every provider over HTTP reads of the configuration, beside its own group. */
export type ConnectionConfig = { readonly upstreamTimeoutMs: number; readonly proxies: Proxies };

/** A provider that speaks `dialect` over HTTP, with its own headers. */
export function providerOverHttp(options: HttpProviderOptions): ClosableProvider {
  const { name, dialect, ttlSeconds, longestSessionSeconds, timeoutMs, headers } = options;
  const agent = options.agent ?? createHttpAgent({ proxies: options.proxies, timeoutMs });
  const urlOf = (path: string) => appendPath(options.baseUrl, path);
  const urls = new Map<SessionType, URL>();
  const url = (type: SessionType) => {
    const made = urls.get(type) ?? urlOf(dialect.path(type));
    urls.set(type, made);
    return made;
  };
  const requestIdHeader = options.requestIdHeader ?? 'x-request-id';
  const upstream: MintingUpstream = { dialect, url, agent, timeoutMs, requestIdHeader, headers };
  const { calls } = options;
  return {
    name,
    dialect: dialect.name,
    ttlSeconds,
    longestSessionSeconds,
    isSandbox: false,
    mints: true,
    calls:
      calls === undefined ? null : callsOverHttp({ ...calls, agent, url: urlOf, timeoutMs, requestIdHeader }),
    mint: (request) => mintOverHttp(upstream, request),
    probe: () => probeUpstream({ agent, url: url('REALTIME'), timeoutMs }),
    close: () => agent.close(),
  };
}
