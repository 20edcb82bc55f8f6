import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The gateway as it is, which collects its garbage when it is told to, and gives back the room that it had for garbage:
// what is left is what its calls need.

setFlagsFromString('--expose-gc');
const collect: (options: object) => void = runInNewContext('gc');
process.on('SIGUSR2', () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }));
await import('../../src/main.ts');
