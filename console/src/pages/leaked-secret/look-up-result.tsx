import { Link } from '@tanstack/react-router';
import { useHasScope } from '../../auth/viewer.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LeakedKey } from './leaked-key.tsx';
import { LeakedSession } from './leaked-session.tsx';
import type { Finding } from './use-identify.ts';

/** What the secret is, and what to do next. */
export function LookUpResult({ finding }: { readonly finding: Exclude<Finding, { kind: 'error' }> }) {
  switch (finding.kind) {
    case 'session':
      return <LeakedSession session={finding.session} />;
    case 'api-key':
      return <LeakedKey lastFour={finding.lastFour} />;
    case 'root-key':
      return (
        <EmptyState title="This is a root key of a Gatehouse">
          It opens everything, so replace it now: set another <code>GATEHOUSE_ROOT_KEY</code> (or delete the
          file <code>root-key</code> of an embedded gateway) and restart the gateways. It was not sent
          anywhere. Then read in the <AuditLink /> what it was used for.
        </EmptyState>
      );
    case 'unknown':
      return (
        <EmptyState title="No session that you may see has this secret">
          {finding.other
            ? 'It looks like a credential of somebody else, e.g. a key of the provider. Revoke it where it was made.'
            : 'Was it cut off, or is it of another gateway? Secrets are found for as long as their sessions are stored.'}{' '}
          The look-up was recorded in the <AuditLink />.
        </EmptyState>
      );
    default:
      return finding satisfies never;
  }
}

function AuditLink() {
  return useHasScope('AUDIT_READ') ? <Link to="/audit">audit trail</Link> : 'audit trail';
}
