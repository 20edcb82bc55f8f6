import { Link } from '@tanstack/react-router';
import { useHasScope } from '../../auth/viewer.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

type Props = { readonly filtered: boolean; readonly onClear: () => void };

export function NoSessions({ filtered, onClear }: Props) {
  const mayCreate = useHasScope('SESSIONS_CREATE');
  if (filtered)
    return (
      <EmptyState
        title="No session matches these filters"
        action={<Button onClick={onClear}>Clear all filters</Button>}
      >
        New sessions that match appear here by themselves.
      </EmptyState>
    );
  return (
    <EmptyState title="No sessions yet">
      They appear here by themselves when an application asks for one.
      {mayCreate && (
        <>
          {' '}
          <Link to="/playground">Create one in the playground.</Link>
        </>
      )}
    </EmptyState>
  );
}
