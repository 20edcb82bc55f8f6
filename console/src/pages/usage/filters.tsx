import { Button } from '../../ui/button.tsx';
import styles from './page.module.css';
import type { UsageSearch } from './search.ts';
import type { Report } from './use-report.ts';
import type { useUsageSearch } from './use-usage-search.ts';

type Props = {
  readonly search: UsageSearch;
  readonly report: Report | null;
  readonly change: ReturnType<typeof useUsageSearch>[2];
};

/** What the address narrows the report to: other pages link to the usage of a user, an application or a model. */
export function Filters({ search: { model, application, user }, report, change }: Props) {
  const first = report?.rows[0];
  const filters = [
    model !== undefined && { key: 'model', text: `model ${model}` },
    application !== undefined && {
      key: 'application',
      text: `application ${first?.application?.name ?? application}`,
    },
    user !== undefined && { key: 'user', text: `user ${first?.user?.externalId ?? user}` },
  ].filter((filter) => filter !== false);
  if (filters.length === 0) return null;
  return (
    <div className={styles['rows']}>
      {filters.map(({ key, text }) => (
        <Button key={key} size="small" onClick={() => change({ [key]: undefined })}>
          Only {text} ✕
        </Button>
      ))}
    </div>
  );
}
