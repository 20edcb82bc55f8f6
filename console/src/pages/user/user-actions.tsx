import { useState } from 'react';
import { useViewer } from '../../auth/viewer.ts';
import { type FragmentType, graphql, readFragment } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { EraseUser } from './erase-user.tsx';
import { ReinstateUser } from './reinstate-user.tsx';
import { SuspendUser } from './suspend-user.tsx';

export const USER_TO_CHANGE = graphql(/* GraphQL */ `
  fragment UserToChange on User {
    id
    externalId
    suspendedAt
    erasedAt
    activeSessionCount
  }
`);

/** What can be done with a user. Nothing is shown to callers who may not do it. */
export function UserActions({ user: reference }: { readonly user: FragmentType<typeof USER_TO_CHANGE> }) {
  const { reach, scopes } = useViewer();
  const [open, setOpen] = useState<'suspend' | 'reinstate' | 'erase' | null>(null);
  const user = readFragment(USER_TO_CHANGE, reference);
  const close = () => setOpen(null);
  if (!scopes.includes('USERS_WRITE') || reach !== 'EVERYTHING') return null;
  if (user.erasedAt !== null || user.externalId === null) return null;
  const named = { ...user, externalId: user.externalId };
  return (
    <>
      {user.suspendedAt === null ? (
        <Button onClick={() => setOpen('suspend')}>Suspend…</Button>
      ) : (
        <Button onClick={() => setOpen('reinstate')}>Reinstate…</Button>
      )}
      <Button variant="danger" onClick={() => setOpen('erase')}>
        Erase…
      </Button>
      <SuspendUser user={named} open={open === 'suspend'} onClose={close} />
      <ReinstateUser user={named} open={open === 'reinstate'} onClose={close} />
      <EraseUser user={named} open={open === 'erase'} onClose={close} />
    </>
  );
}
