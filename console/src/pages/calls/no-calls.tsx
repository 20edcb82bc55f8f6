import { Link } from '@tanstack/react-router';
import { useHasScope } from '../../auth/viewer.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

type Props = { readonly filtered: boolean; readonly onClear: () => void };

export function NoCalls({ filtered, onClear }: Props) {
  const mayCreate = useHasScope('SESSIONS_CREATE');
  if (filtered)
    return (
      <EmptyState
        title="No call matches these filters"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        New calls that match appear here by themselves.
      </EmptyState>
    );
  return (
    <EmptyState title="No calls yet">
      They appear here by themselves when a client connects with the secret of a BROKERED session. Calls of
      DIRECT sessions are between their clients and the provider, which Gatehouse does not see.
      {mayCreate && (
        <>
          {' '}
          <Link to="/playground">Hold one in the playground.</Link>
        </>
      )}
    </EmptyState>
  );
}
