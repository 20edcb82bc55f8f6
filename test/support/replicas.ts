import { randomBytes } from 'node:crypto';
import type { TestDatabase } from './database.ts';
import { startGateway, type TestGateway } from './gateway.ts';

export type Replicas = Pick<TestGateway, 'ask'> & {
  /** The addresses in turn, as a load balancer would have them. */
  nextUrl(): string;
  logLines(): string[];
  close(): Promise<void>;
};

/** Three gateways over one database, with the same keys; each request goes to the next of them. */
export async function startReplicas(
  database: Pick<TestDatabase, 'url' | 'ownerUrl'>,
  env: Record<string, string>,
): Promise<Replicas> {
  const shared = { GATEHOUSE_FINGERPRINT_KEY: randomBytes(32).toString('base64'), ...env };
  const first = await startGateway(database, shared);
  const gateways = [first, await startGateway(database, shared), await startGateway(database, shared)];
  let turn = 0;
  const next = () => {
    turn += 1;
    return gateways[turn % gateways.length] ?? first;
  };
  return {
    ask: (...request) => next().ask(...request),
    nextUrl: () => next().url,
    logLines: () => gateways.flatMap(({ logLines }) => logLines),
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
    },
  };
}
