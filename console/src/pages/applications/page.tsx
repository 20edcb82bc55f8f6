import { useState } from 'react';
import { useViewer } from '../../auth/viewer.ts';
import { Button } from '../../ui/button.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Applications } from './applications.tsx';
import { CreateApplicationDialog } from './create-application-dialog.tsx';
import { mayRead, mayRegister, NoReach } from './permission.tsx';

export function Page() {
  const viewer = useViewer();
  const [creating, setCreating] = useState(false);
  const registrar = mayRegister(viewer);
  return (
    <>
      <PageHeader
        title="Applications and keys"
        description="Each backend, dashboard and tool that calls Gatehouse is an application, and has keys of its own."
        actions={
          registrar && (
            <Button variant="primary" onClick={() => setCreating(true)}>
              New application
            </Button>
          )
        }
      />
      {mayRead(viewer) ? (
        <Applications registrar={registrar} onCreate={() => setCreating(true)} />
      ) : (
        <NoReach />
      )}
      {registrar && <CreateApplicationDialog open={creating} onClose={() => setCreating(false)} />}
    </>
  );
}
