import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The gateway as it is, which collects its garbage when it is told to: what is left is what its calls need.

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
process.on('SIGUSR2', () => collect());
await import('../../src/main.ts');
