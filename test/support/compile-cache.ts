import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the processes that tests start keep what Node compiled: all but the first then start in half the time. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'gatehouse-test-compile-cache') } as const;
