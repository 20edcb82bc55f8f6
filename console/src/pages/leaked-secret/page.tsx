import { Needs } from '../../auth/needs.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { LookUp } from './look-up.tsx';

export function Page() {
  return (
    <>
      <PageHeader
        title="Leaked secret"
        description="Somebody found a client secret in a log, a repository or a message? Find out whose it is, and what to do."
      />
      <Needs scope="AUDIT_READ">
        <LookUp />
      </Needs>
    </>
  );
}
