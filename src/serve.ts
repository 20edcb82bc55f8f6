import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type App, createApp } from './app.ts';
import type { Config } from './platform/config/config.ts';
import { readConfig } from './platform/config/read-config.ts';
import { installCrashHandlers } from './platform/process/crash-handlers.ts';
import { describeFailure } from './platform/process/describe-failure.ts';
import { createLogger } from './platform/process/logger.ts';
import type { Metrics } from './platform/process/metrics.ts';
import { installOutputFilter } from './platform/process/output-filter.ts';
import { releaseMemory } from './platform/process/release-memory.ts';
import { type ProviderSettings, registry } from './providers/registry.ts';

let metrics: Metrics | undefined;
installOutputFilter({ onRedaction: () => metrics?.redactions.inc() });

// Signals that come within this time of the first are the same one: npm passes on what its whole group got as well.
const SAME_SIGNAL_MS = 500;

const stopping = new AbortController();
const skipDelay = new AbortController();
let stoppingSince = 0;
let app: App | undefined;

const config = readConfigOrFail();
const log = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY });
installCrashHandlers(log, async () => app?.close());
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

try {
  app = await createApp(config, {
    log,
    signal: stopping.signal,
    onMetrics: (created) => {
      metrics = created;
    },
  });
  if (stopping.signal.aborted) await finish(app, null, 0);
  else announce(app, config);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  fail(error);
}

function stop(signal: NodeJS.Signals): void {
  if (stopping.signal.aborted) {
    if (performance.now() - stoppingSince > SAME_SIGNAL_MS) skipDelay.abort();
    return;
  }
  stoppingSince = performance.now();
  stopping.abort();
  if (app === undefined) log.info({ signal }, 'stopping: the start is given up');
  else void finish(app, signal, config.shutdownDelayMs);
}

/** Stops after `delayMs`, in which load balancers find out that the gateway is not ready. */
async function finish(running: App, signal: NodeJS.Signals | null, delayMs: number): Promise<void> {
  running.failReadiness();
  if (delayMs > 0) {
    log.info(
      { signal, delayMs },
      'stopping: not ready, and serving until load balancers know; a second signal ends that',
    );
    // It rejects when a second signal comes.
    await delay(delayMs, undefined, { signal: skipDelay.signal }).catch(() => {});
  }
  log.info({ signal }, 'stopping: finishing what was accepted');
  await running.close();
  log.info('stopped');
  process.exit(0);
}

function readConfigOrFail(): Config & ProviderSettings {
  try {
    return readConfig(registry);
  } catch (error) {
    return fail(error);
  }
}

function fail(error: unknown): never {
  process.stderr.write(`Gatehouse cannot start. ${describeFailure(error)}\n`);
  process.exit(1);
}

function announce(
  { url, managementUrl, consoleUrl }: App,
  { providers, database, dataDirectory, rootKey, graphiql, console, unknown }: Config,
) {
  log.info({ url, managementUrl, consoleUrl, providers }, 'ready');
  // Otherwise written at exit only, which a killed process has none of.
  flushCompileCache();
  releaseMemory();
  for (const variable of unknown) log.warn({ variable }, 'a variable that this version does not know is set');
  if (providers.includes('sandbox')) {
    log.warn(
      providers.length === 1
        ? 'NO PROVIDER IS CONFIGURED: the sandbox issues client secrets that open nothing. Set OPENAI_API_KEY for real ones.'
        : 'THE SANDBOX IS ONE OF THE PROVIDERS: the client secrets that it issues open nothing.',
    );
  }
  if (console.serve !== false && consoleUrl === null)
    log.warn('The console is not served, because it is not built: npm run build -w gatehouse-console');
  if (database.kind !== 'embedded') return;
  // As a command: a variable after Bearer would look like a credential to the output filter.
  const key =
    rootKey === undefined ? `$(cat '${resolve(dataDirectory, 'root-key')}')` : '$(echo $GATEHOUSE_ROOT_KEY)';
  const query =
    'mutation { createRealtimeSession(input: { externalUserId: \\"alice\\" }) { __typename ... on CreateRealtimeSessionSuccess { clientSecret { value expiresAt } session { id status } } } }';
  const showKey =
    rootKey === undefined ? `: cat '${resolve(dataDirectory, 'root-key')}'` : ' of GATEHOUSE_ROOT_KEY';
  if (consoleUrl !== null)
    process.stderr.write(`
Gatehouse's console is at ${consoleUrl}
Sign in with the root key${showKey}
`);
  process.stderr.write(`
Gatehouse serves GraphQL at ${url}${graphiql ? ' (open it in a browser for GraphiQL)' : ''}
Issue a session:

curl -s ${url} -H 'content-type: application/json' -H "authorization: Bearer ${key}" \\
  -d '{"query":"${query}"}'

`);
}
