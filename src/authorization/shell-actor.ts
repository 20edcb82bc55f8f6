import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Caller, scopes } from './actor.ts';

/** The caller of a command on the gateway's machine: an operator, named after the account. */
export function shellCaller(command: string): Caller {
  return {
    actor: { kind: 'operator', name: `shell:${userInfo().username}`, scopes, via: 'command line' },
    origin: { requestId: randomUUID(), ipAddress: null, userAgent: `gatehouse ${command}` },
  };
}
