import { formatExact } from '../../ui/format-time.ts';
import { useZone, type Zone } from '../../ui/preferences.ts';
import { connectionLabels, sessionTypeLabels } from './columns.tsx';
import type { ChangeSearch, SearchPatch } from './filter.ts';
import styles from './filters.module.css';
import type { SessionsSearch } from './search.ts';
import { statusLabel } from './status-badge.tsx';

type Props = { readonly search: SessionsSearch; readonly onChange: ChangeSearch };
type Chip = { readonly text: string; readonly without: SearchPatch };

/** What the list is filtered by, each with a way to take it back. */
export function ActiveFilters({ search, onChange }: Props) {
  const [zone] = useZone();
  const chips = chipsOf(search, zone);
  if (chips.length === 0) return null;
  return (
    <ul className={styles['chips']} aria-label="Filters that apply">
      {chips.map(({ text, without }) => (
        <li key={text} className={styles['chip']}>
          {text}
          <button type="button" aria-label={`Remove ${text}`} onClick={() => onChange(without)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function chipsOf(search: SessionsSearch, zone: Zone): readonly Chip[] {
  const time = (at: string) => formatExact(Date.parse(at), zone);
  const { externalUserId, userId, applicationId, upstreamSessionId, labels } = search;
  return [
    ...one('User', externalUserId, { externalUserId: undefined }),
    ...one('User id', userId, { userId: undefined }),
    ...one('Application', applicationId === undefined ? undefined : 'one', { applicationId: undefined }),
    ...each('Status', search.statuses, statusLabel, (statuses) => ({ statuses })),
    ...each(
      'Type',
      search.types,
      (type) => sessionTypeLabels[type],
      (types) => ({ types }),
    ),
    ...each(
      'Connection',
      search.connections,
      (connection) => connectionLabels[connection],
      (connections) => ({ connections }),
    ),
    ...each('Model', search.models, String, (models) => ({ models })),
    ...each('Provider', search.providers, String, (providers) => ({ providers })),
    ...one('Created from', search.createdFrom, { createdFrom: undefined }, time),
    ...one('Created before', search.createdTo, { createdTo: undefined }, time),
    ...one('Expires before', search.expiresBefore, { expiresBefore: undefined }, time),
    ...one('May run at', search.exposedAfter, { exposedAfter: undefined }, time),
    ...each('Failure', search.failureCodes, String, (failureCodes) => ({ failureCodes })),
    ...each(
      'Label',
      labels,
      ({ key, value }) => `${key} = ${value}`,
      (rest) => ({ labels: rest }),
    ),
    ...one('Provider’s id', upstreamSessionId, { upstreamSessionId: undefined }),
  ];
}

function one(
  name: string,
  value: string | undefined,
  without: SearchPatch,
  format: (value: string) => string = String,
): readonly Chip[] {
  return value === undefined ? [] : [{ text: `${name}: ${format(value)}`, without }];
}

function each<Value>(
  name: string,
  values: readonly Value[] | undefined,
  format: (value: Value) => string,
  patch: (rest: readonly Value[] | undefined) => SearchPatch,
): readonly Chip[] {
  return (values ?? []).map((value) => {
    const rest = values?.filter((other) => other !== value);
    return {
      text: `${name}: ${format(value)}`,
      without: patch(rest === undefined || rest.length === 0 ? undefined : rest),
    };
  });
}
