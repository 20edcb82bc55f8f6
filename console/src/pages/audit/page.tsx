import { Needs } from '../../auth/needs.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { AuditTrail } from './audit-trail.tsx';
import { SealState } from './seal-state.tsx';

export function Page() {
  return (
    <>
      <PageHeader
        title="Audit"
        description="Every change and every refusal, newest first. An event is written with the change that it records, and is never altered."
      />
      <Needs scope="AUDIT_READ">
        <SealState />
        <AuditTrail />
      </Needs>
    </>
  );
}
