import { afterAll, beforeAll } from 'vitest';
import { createDatabase, type TestDatabase } from './database.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { type Replicas, startReplicas } from './replicas.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import type { UpstreamKind } from './upstream-kinds.ts';

// Each of these is called at the top of a file, or of a `describe`. It is started before the tests there, in the
// order of the calls, and closed after them in the reverse order, also when something after it did not start.

type Address = Pick<TestDatabase, 'url' | 'ownerUrl'>;
/** Variables of a gateway; a function when they depend on something that is started before it. */
type Env = Record<string, string> | (() => Record<string, string>);

export function useDatabase(options?: { readonly empty?: boolean }): TestDatabase {
  return use(
    () => createDatabase(options),
    (database) => database.drop(),
  );
}

export function useUpstream(kind: UpstreamKind = 'ga'): FakeUpstream {
  return use(
    () => startFakeUpstream({ kind }),
    (upstream) => upstream.stop(),
  );
}

export function useIdentityProvider(): IdentityProvider {
  return use(startIdentityProvider, (provider) => provider.close());
}

/** A proxy in front of a database, and the addresses of a gateway that goes through it. */
export function useProxy(database: Address): TcpProxy & Address {
  return use(
    async () => {
      const url = new URL(database.url);
      const proxy = await startTcpProxy(Number(url.port));
      url.port = String(proxy.port);
      return { ...proxy, url: url.href, ownerUrl: database.ownerUrl };
    },
    (proxy) => proxy.close(),
  );
}

export function useGateway(
  database: Address,
  env: Env = {},
  options: Parameters<typeof startGateway>[2] = {},
): TestGateway {
  return use(
    () => startGateway(database, valuesOf(env), options),
    (gateway) => gateway.close(),
  );
}

/** Three gateways, and each request goes to the next of them. */
export function useReplicas(database: Address, env: Env = {}): Replicas {
  return use(
    () => startReplicas(database, valuesOf(env)),
    (replicas) => replicas.close(),
  );
}

export function useGatewayProcess(database: Address, env: Env = {}): GatewayProcess {
  return use(
    () => startGatewayProcess(database, valuesOf(env)),
    async ({ child, ended }) => {
      child.kill('SIGKILL');
      await ended;
    },
  );
}

/** Anything else that is started and closed. */
export function use<T extends object>(
  start: () => Promise<T>,
  close: (started: T) => Promise<unknown> | unknown,
): T {
  let value: T | undefined;
  beforeAll(async () => {
    value = await start();
  });
  afterAll(async () => {
    if (value !== undefined) await close(value);
  });
  const started = (): T => {
    if (value === undefined) throw new Error('This is used before the tests have been set up');
    return value;
  };
  // Stands for what is started, so that a file can name it before it is there.
  return new Proxy<T>(Object.create(null), {
    get: (_, name) => Reflect.get(started(), name),
    ownKeys: () => Reflect.ownKeys(started()),
    getOwnPropertyDescriptor: (_, name) => ({
      value: Reflect.get(started(), name),
      enumerable: true,
      configurable: true,
    }),
  });
}

function valuesOf(env: Env): Record<string, string> {
  return typeof env === 'function' ? env() : env;
}
