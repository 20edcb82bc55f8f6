import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/platform/config/read-config.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { installOutputFilter } from '../../src/platform/process/output-filter.ts';
import { registry } from '../../src/providers/registry.ts';

// The gateway as src/serve.ts starts it, and with "unsealed" without sealing: no variable turns that off.

installOutputFilter({ onRedaction: () => {} });
const config = readConfig(registry);
const app = await createApp(config, {
  log: createLogger({ level: config.logLevel, pretty: false }),
  sealing: process.argv[2] !== 'unsealed',
});
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
