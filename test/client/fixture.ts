import { createGatehouse, type Gatehouse, type GatehouseOptions } from '../../client/src/index.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { use } from '../support/fixture.ts';
import { ROOT_KEY, type TestGateway } from '../support/gateway.ts';

export function useFaultyProxy(gateway: Pick<TestGateway, 'url'>): FaultyProxy {
  return use(
    () => startFaultyProxy(gateway.url),
    (proxy) => proxy.close(),
  );
}

/** The package, as the operator's. */
export function clientOf(
  { url }: { readonly url: string },
  options: Partial<GatehouseOptions> = {},
): Gatehouse {
  return createGatehouse({ url, auth: ROOT_KEY, ...options });
}
