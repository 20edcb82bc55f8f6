import { getRouteApi } from '@tanstack/react-router';
import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import { readFragment } from '../../gql/fragment-masking.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useNow } from '../../ui/use-now.ts';
import { ApplicationCard } from './application-card.tsx';
import { ApplicationLimits, maySeeLimits } from './application-limits.tsx';
import styles from './applications.module.css';
import { LISTED_APPLICATION, LISTED_KEY } from './listed-application.ts';
import { matching } from './matching.ts';
import { type ApplicationsSearch, validateSearch } from './search.ts';

const APPLICATIONS = graphql(/* GraphQL */ `
  query ApplicationsPage($registrar: Boolean!) {
    applications {
      ...ListedApplication
    }
  }
`);

const route = getRouteApi('/applications');
const MINUTE_MS = 60_000;

/** The applications, each with its keys for those who may see them. */
export function Applications({
  registrar,
  onCreate,
}: {
  readonly registrar: boolean;
  readonly onCreate: () => void;
}) {
  const search = validateSearch(route.useSearch());
  const navigate = route.useNavigate();
  const now = useNow(MINUTE_MS);
  const seesLimits = maySeeLimits(useViewer());
  const { data, error, reload } = useApiQuery(APPLICATIONS, { registrar });
  const change = (next: ApplicationsSearch) => void navigate({ search: next, replace: true });
  if (data === undefined)
    return error === undefined ? (
      <Skeleton width="100%" height="12em" />
    ) : (
      <ErrorNote error={error} onRetry={reload} />
    );

  const all = readFragment(LISTED_APPLICATION, data.applications).map(({ apiKeys, ...application }) => ({
    ...application,
    keys: apiKeys && readFragment(LISTED_KEY, apiKeys),
  }));
  const shown = matching(all, search, now);
  return (
    <>
      <FilterBar active={Number('find' in search) + Number('ended' in search)} onClear={() => change({})}>
        <TextField
          label="Find"
          type="search"
          placeholder={registrar ? 'Name, or last four' : 'Name'}
          value={search.find ?? ''}
          onChange={(find) => change({ ...search, find })}
        />
        {registrar && (
          <label className={styles['switch']}>
            <input
              type="checkbox"
              checked={search.ended ?? false}
              onChange={({ target }) =>
                change(target.checked ? { ...search, ended: true } : withoutEnded(search))
              }
            />
            Revoked and expired keys
          </label>
        )}
      </FilterBar>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {!registrar && (
        <p className={styles['note']}>
          You see the names only. Keys need the scope <code>APPLICATIONS_WRITE</code> and the reach{' '}
          <code>EVERYTHING</code>.
        </p>
      )}
      <div className={styles['list']}>
        {shown.map((application) => (
          <ApplicationCard
            key={application.id}
            application={application}
            now={now}
            onChanged={reload}
            onLimits={seesLimits ? () => change({ ...search, limits: application.id }) : null}
          />
        ))}
      </div>
      <ApplicationLimits
        id={seesLimits ? (search.limits ?? null) : null}
        onClose={() => change(withoutLimits(search))}
      />
      {all.length === 0 ? (
        <EmptyState
          title="There is no application yet"
          action={registrar && <Button onClick={onCreate}>New application</Button>}
        >
          Register your backend, then make a key for it.
        </EmptyState>
      ) : (
        shown.length === 0 && <NothingFound onClear={() => change({})} />
      )}
    </>
  );
}

function NothingFound({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState title="Nothing has that name" action={<Button onClick={onClear}>Clear filters</Button>}>
      Look for another name, or clear the filters.
    </EmptyState>
  );
}

function withoutLimits({ limits: _limits, ...rest }: ApplicationsSearch): ApplicationsSearch {
  return rest;
}

function withoutEnded({ ended: _ended, ...rest }: ApplicationsSearch): ApplicationsSearch {
  return rest;
}
