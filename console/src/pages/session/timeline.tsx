import { useEffect, useState } from 'react';
import { useApiQuery } from '../../api/use-api-query.ts';
import { readFragment } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { SESSION_TIMELINE } from './documents.ts';
import styles from './timeline.module.css';
import { TIMELINE_EVENT, TimelineItem } from './timeline-item.tsx';

type Props = {
  readonly id: string;
  /** Another one whenever the session was read, because then there may be another event. */
  readonly version: number;
};

/** The audit events of the session, newest first. Older ones are read page by page. */
export function Timeline({ id, version }: Props) {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [shown, setShown] = useState(version);
  // With older pages below it, a newer first page would leave a gap. So it is read again when somebody asks.
  if (shown !== version && cursors.length === 0) setShown(version);
  const showNewest = () => {
    setCursors([]);
    setShown(version);
  };
  const afters = [null, ...cursors];
  return (
    <>
      {shown !== version && (
        <Button size="small" onClick={showNewest}>
          Something has happened. Show the newest
        </Button>
      )}
      <ol className={styles['timeline']}>
        {afters.map((after, index) => (
          <TimelinePage
            key={after}
            id={id}
            after={after}
            version={shown}
            onOlder={index === cursors.length ? (cursor) => setCursors([...cursors, cursor]) : null}
          />
        ))}
      </ol>
    </>
  );
}

type PageProps = Props & {
  readonly after: string | null;
  /** Null: the next page is shown already. */
  readonly onOlder: ((cursor: string) => void) | null;
};

function TimelinePage({ id, after, version, onOlder }: PageProps) {
  const { data, error, loading, reload } = useApiQuery(
    SESSION_TIMELINE,
    { id, after },
    { policy: 'network-only' },
  );
  const [read, setRead] = useState(version);
  useEffect(() => {
    if (read === version) return;
    setRead(version);
    reload();
  }, [read, version, reload]);
  const events = data?.realtimeSession?.auditEvents;
  if (events == null)
    return (
      <li className={styles['item']}>
        {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
        {loading && <Skeleton width="20em" height="3em" />}
      </li>
    );
  const { hasNextPage, endCursor } = events.pageInfo;
  return (
    <>
      {events.nodes.map((node) => {
        const event = readFragment(TIMELINE_EVENT, node);
        return <TimelineItem key={event.id} event={event} />;
      })}
      {onOlder !== null && hasNextPage && endCursor !== null && (
        <li className={styles['item']}>
          <Button size="small" onClick={() => onOlder(endCursor)}>
            Show older events
          </Button>
        </li>
      )}
    </>
  );
}
