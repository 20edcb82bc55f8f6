import { createApp } from '../../src/app.ts';
import { createLogger } from '../../src/logger.ts';
import { installOutputFilter } from '../../src/output-filter.ts';
import { readConfig } from '../../src/read-config.ts';

// The gateway as src/serve.ts starts it, and with "unsealed" without sealing: no variable turns that off.

installOutputFilter({ onRedaction: () => {} });
const config = readConfig();
const app = await createApp(config, {
  log: createLogger({ level: config.logLevel, pretty: false }),
  sealing: process.argv[2] !== 'unsealed',
});
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
