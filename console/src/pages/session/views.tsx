import { getRouteApi } from '@tanstack/react-router';
import { Needs } from '../../auth/needs.tsx';
import type { SessionFieldsFragment } from '../../gql/graphql.ts';
import { Json } from '../../ui/json.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Fields } from './fields.tsx';
import type { SessionView } from './search.ts';
import styles from './session.module.css';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/sessions/$id');

type Props = {
  readonly id: string;
  readonly session: SessionFieldsFragment;
  /** Another one whenever the session was read. */
  readonly version: number;
};

/** What happened to the session, what it was configured with, and the provider's own words. */
export function Views({ id, session, version }: Props) {
  const { view = 'timeline' } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (next: SessionView) =>
    void navigate({ search: next === 'timeline' ? {} : { view: next }, replace: true });
  return (
    <Tabs
      label="Session"
      active={view}
      onChange={open}
      tabs={[
        {
          id: 'timeline',
          label: 'Timeline',
          content: (
            <Needs scope="AUDIT_READ">
              <Timeline id={id} version={version} />
            </Needs>
          ),
        },
        { id: 'fields', label: 'Fields', content: <Fields session={session} /> },
        {
          id: 'answer',
          label: 'Provider’s answer',
          content:
            session.upstreamConfig === null ? (
              <p className={styles['muted']}>The provider has sent no session.</p>
            ) : (
              <Json value={session.upstreamConfig} label="provider’s answer" />
            ),
        },
      ]}
    />
  );
}
