import { useNavigate } from '@tanstack/react-router';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { Select } from '../../ui/select.tsx';
import { ExternalIdField } from './external-id-field.tsx';
import { pageSizes, type UsersSearch, userOrders, validateSearch } from './search.ts';

const matches = [
  { value: 'prefix', label: 'Starts with' },
  { value: 'exact', label: 'Is exactly' },
] as const;
const sessions = [
  { value: 'any', label: 'Any' },
  { value: 'live', label: 'Live now' },
  { value: 'none', label: 'None live' },
] as const;
const states = [
  { value: 'any', label: 'Any' },
  { value: 'suspended', label: 'Suspended' },
  { value: 'not', label: 'Not suspended' },
] as const;
const limits = [
  { value: 'any', label: 'Everybody' },
  { value: 'near', label: 'Only near a limit' },
] as const;
const orders = {
  LAST_SESSION_AT_DESC: 'Newest session',
  NEXT_EXPIRY_AT_ASC: 'Next to expire',
  CREATED_AT_DESC: 'Newest user',
} as const;

/** The fields that narrow and sort the users. Each is in the address. */
export function UserFilters({
  search,
  applications,
}: {
  readonly search: UsersSearch;
  /** Null: the caller cannot choose one. Empty until they are there. */
  readonly applications: readonly { readonly id: string; readonly name: string }[] | null;
}) {
  const navigate = useNavigate({ from: '/users' });

  /** Changes the address. A cursor is one of the former listing, so it goes. */
  function change(changes: { readonly [K in keyof UsersSearch]?: UsersSearch[K] | undefined }) {
    const { after: _after, before: _before, ...rest } = search;
    void navigate({ search: validateSearch({ ...rest, ...changes }), replace: true });
  }

  const active = [search.q, search.live, search.suspended, search.near].filter(
    (value) => value !== undefined,
  );
  return (
    <FilterBar
      active={active.length}
      onClear={() =>
        change({ q: undefined, exact: undefined, live: undefined, suspended: undefined, near: undefined })
      }
    >
      <ExternalIdField value={search.q ?? ''} onChange={(q) => change({ q })} />
      <Select
        label="Match"
        value={search.exact ? 'exact' : 'prefix'}
        options={matches}
        onChange={(match) => change({ exact: match === 'exact' ? true : undefined })}
      />
      <Select
        label="Sessions"
        value={search.live === undefined ? 'any' : search.live ? 'live' : 'none'}
        options={sessions}
        onChange={(value) => {
          const live = value === 'any' ? undefined : value === 'live';
          change(
            live === false && search.order === 'NEXT_EXPIRY_AT_ASC' ? { live, order: undefined } : { live },
          );
        }}
      />
      <Select
        label="State"
        value={search.suspended === undefined ? 'any' : search.suspended ? 'suspended' : 'not'}
        options={states}
        onChange={(value) => change({ suspended: value === 'any' ? undefined : value === 'suspended' })}
      />
      <Select
        label="On this page"
        value={search.near ? 'near' : 'any'}
        options={limits}
        onChange={(value) => change({ near: value === 'near' ? true : undefined })}
      />
      {applications !== null && (
        <Select
          label="Limits through"
          value={search.application ?? ''}
          options={[
            { value: '', label: 'Usual application' },
            ...applications.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => change({ application: id === '' ? undefined : id })}
        />
      )}
      <Select
        label="Order"
        value={search.order ?? 'LAST_SESSION_AT_DESC'}
        options={userOrders.map((order) => ({ value: order, label: orders[order] }))}
        onChange={(order) =>
          change({
            order: order === 'LAST_SESSION_AT_DESC' ? undefined : order,
            ...(order === 'NEXT_EXPIRY_AT_ASC' && search.live === false && { live: undefined }),
          })
        }
      />
      <Select
        label="A page"
        value={String(search.size ?? 20)}
        options={pageSizes.map((size) => ({ value: String(size), label: `${size} users` }))}
        onChange={(value) =>
          change({ size: pageSizes.find((size) => String(size) === value && size !== 20) })
        }
      />
    </FilterBar>
  );
}
