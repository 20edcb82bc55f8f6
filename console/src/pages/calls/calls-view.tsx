import { getRouteApi } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { StreamStatus } from '../../ui/stream-status.tsx';
import { useBusyHands } from '../sessions/use-busy-hands.ts';
import { CallFiltersBar } from './call-filters-bar.tsx';
import { CallList } from './call-list.tsx';
import styles from './calls.module.css';
import { endedColumns, runningColumns } from './columns.tsx';
import { filtersOf } from './filters-of.ts';
import { NoCalls } from './no-calls.tsx';
import { type ChangeCallsSearch, validateSearch } from './search.ts';
import { useCallChanges } from './use-call-changes.ts';

const route = getRouteApi('/calls');

export function CallsView() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { kind, scopes } = useViewer();
  const withUsage = kind === 'USER' || scopes.includes('USAGE_READ');
  const { running, ended } = filtersOf(search);
  const { stream, version } = useCallChanges(search);
  const { busy, handlers } = useBusyHands();
  const turn: ChangeCallsSearch = (patch) =>
    void navigate({ search: (before) => validateSearch({ ...before, ...patch }) });
  // Another filter begins at its first page.
  const change: ChangeCallsSearch = (patch) =>
    turn({ runningAfter: undefined, endedAfter: undefined, ...patch });
  const filtered = Object.keys(search).some((name) => !name.endsWith('After'));
  const empty = <NoCalls filtered={filtered} onClear={() => void navigate({ search: {} })} />;
  return (
    <>
      <PageHeader
        title="Calls"
        description="Calls that Gatehouse opened for brokered sessions, watches and ends."
        actions={<StreamStatus state={stream} />}
      />
      <CallFiltersBar search={search} onChange={change} onClear={() => void navigate({ search: {} })} />
      <div className={styles['lists']} {...handlers}>
        {running !== null && (
          <CallList
            title="Running"
            filter={running}
            after={search.runningAfter}
            columns={runningColumns(withUsage)}
            withUsage={withUsage}
            version={version}
            // What a call costs so far is asked for again and again; how long it runs needs no request.
            isRefreshed={withUsage && !busy}
            empty={ended === null ? empty : <p className={styles['none']}>No call is running.</p>}
            onTurn={(runningAfter) => turn({ runningAfter })}
          />
        )}
        {ended !== null && (
          <CallList
            title="Ended"
            filter={ended}
            after={search.endedAfter}
            columns={endedColumns(withUsage)}
            withUsage={withUsage}
            version={version}
            isRefreshed={false}
            empty={empty}
            onTurn={(endedAfter) => turn({ endedAfter })}
          />
        )}
        {running === null && ended === null && empty}
      </div>
    </>
  );
}
