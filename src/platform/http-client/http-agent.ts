import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import type { Secret } from '../redaction/secret.ts';
import { ProxyError } from './proxy-error.ts';
import { skippingInterimAnswers } from './skip-interim-answers.ts';

export type Proxies = {
  /** For https:// upstreams: the URL of a proxy, perhaps with a user and a password. */
  readonly https?: Secret | undefined;
  /** For http:// upstreams, and for https:// ones when `https` is undefined. */
  readonly http?: Secret | undefined;
  /** Hosts that are reached directly, comma-separated, as in NO_PROXY. */
  readonly except: string;
};

export type HttpAgentOptions = {
  /** Undefined: everything is reached directly. */
  readonly proxies: Proxies | undefined;
  /** The longest time for connecting, and for a proxy to answer, in milliseconds. */
  readonly timeoutMs: number;
};

// Over HTTP/2 undici replays requests that a GOAWAY or REFUSED_STREAM turned back: that is not one attempt.
const HTTP1 = { allowH2: false } as const;

/**
 * Sends requests, each once. Its connections are kept for undici's 4 s, unless an answer names another time: an upstream
 * that closes a socket at the moment of its reuse costs an unconfirmed session. A request that a proxy did not pass on
 * fails with an error that isProxyRefusal() recognises.
 */
export function createHttpAgent({ proxies, timeoutMs }: HttpAgentOptions): Dispatcher {
  const connect = buildConnector({ ...HTTP1, timeout: timeoutMs });
  if (proxies?.https === undefined && proxies?.http === undefined)
    return new Agent({ ...HTTP1, connect: skippingInterimAnswers(connect) });
  return new EnvHttpProxyAgent({
    ...HTTP1,
    connect,
    // Empty, not undefined: undici would read the variables of the environment.
    httpsProxy: proxies.https?.forUpstream() ?? '',
    httpProxy: proxies.http?.forUpstream() ?? '',
    noProxy: proxies.except,
    connectTimeout: timeoutMs,
    proxyTls: HTTP1,
    requestTls: HTTP1,
    clientFactory: (proxy, options) => createTunnels(proxy, options, timeoutMs),
    factory: createPool,
  });
}

/** Connections to one upstream: direct, through a tunnel, or to a proxy that passes on what it gets. */
function createPool(origin: string | URL, { connect, ...options }: Pool.Options): Pool {
  if (typeof connect !== 'function') throw new Error('A pool needs a connector');
  return new Pool(origin, { ...options, ...HTTP1, connect: skippingInterimAnswers(connect) });
}

/** Asks a proxy for tunnels (CONNECT). Whatever keeps one from being made is a ProxyError. */
function createTunnels(proxy: URL, options: object, timeoutMs: number): Dispatcher {
  const pool = new Pool(proxy, { ...options, ...HTTP1, headersTimeout: timeoutMs });
  const connect = async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
    const tunnel = await pool.connect(request).catch((cause: unknown) => {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      throw new ProxyError(code, { cause });
    });
    if (tunnel.statusCode === 200) return tunnel;
    tunnel.socket.on('error', () => {}).destroy();
    throw new ProxyError(tunnel.statusCode);
  };
  return new Proxy(pool, {
    get(target, name) {
      const value: unknown = name === 'connect' ? connect : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
