import type { Behaviour } from '../../support/fake-upstream.ts';
import type { Failure, Wish } from './issuing-model.ts';
import { gatewayOf, mutate, nameIn, newestSession, type World } from './world.ts';

const error = (status: number): Behaviour => ({
  kind: 'answer',
  status,
  body: { error: { message: 'As the model wants it', type: 'error', param: null, code: null } },
});
export const unconfirmed = (code: string): Failure => ({ code, retryable: true, possiblyIssued: true });

/** What the provider does, and what a mint comes to by that. */
export const PROVIDER = {
  mints: [{ kind: 'echo' }, null],
  rejects: [
    error(400),
    { kind: 'FAILED', code: 'upstream_rejected', retryable: false, possiblyIssued: false },
  ],
  limits: [
    error(429),
    { kind: 'FAILED', code: 'upstream_rate_limited', retryable: true, possiblyIssued: false },
  ],
  breaks: [error(500), { kind: 'UNCONFIRMED', ...unconfirmed('upstream_error') }],
  resets: [{ kind: 'reset' }, { kind: 'UNCONFIRMED', ...unconfirmed('upstream_connection_lost') }],
  babbles: [{ kind: 'html' }, { kind: 'UNCONFIRMED', ...unconfirmed('upstream_answer_invalid') }],
} as const satisfies Record<
  string,
  readonly [Behaviour, (Failure & { kind: 'FAILED' | 'UNCONFIRMED' }) | null]
>;

/** What happens to the ledger, or in it, while a session is being issued. */
export const MEANWHILE = [
  'nothing',
  'reservation does not arrive',
  'reservation is not confirmed',
  'settling does not arrive',
  'settling is not confirmed',
  'ledger goes before settling',
  'ledger goes after settling',
  'revoked',
  'suspended',
] as const;
export type Meanwhile = (typeof MEANWHILE)[number];

export type Mint = {
  readonly user: string;
  readonly replica: number;
  readonly wish: Wish;
  readonly provider: keyof typeof PROVIDER;
  readonly meanwhile: Meanwhile;
};

/** Sets the scene for a mint that is going to be reserved. */
export async function arrange(
  world: World,
  { user, meanwhile, replica }: Mint,
  reply: Behaviour,
): Promise<void> {
  const { upstream, proxy } = world;
  const other = gatewayOf(world, 1 - replica);
  const during = (act: () => unknown) =>
    upstream.next({ kind: 'hold', until: upstream.nextCall().then(act), reply });
  switch (meanwhile) {
    case 'revoked':
      return during(async () =>
        mutate(other, 'revokeRealtimeSession', 'RevokeRealtimeSessionInput', {
          id: await newestSession(world, user),
        }),
      );
    case 'suspended':
      return during(() =>
        mutate(other, 'suspendUser', 'SuspendUserInput', { externalUserId: nameIn(world, user) }),
      );
    case 'ledger goes before settling':
      return during(() => proxy.refuse(true));
    case 'ledger goes after settling':
      void proxy.breakNext({ statement: 'settle-session', at: 'answer' }).then(() => proxy.refuse(true));
      break;
    case 'settling does not arrive':
      void proxy.breakNext({ statement: 'settle-session', at: 'statement' });
      break;
    case 'settling is not confirmed':
      void proxy.breakNext({ statement: 'settle-session', at: 'answer' });
      break;
    default:
  }
  upstream.next(reply);
}
