import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { formatWall } from '../../ui/zoned-time.ts';
import styles from './controls.module.css';
import { type Period, presetNames } from './period.ts';
import { groupNames } from './row.ts';
import { defaults, type Group, groups, groupsOf, presets, type UsageSearch } from './search.ts';
import { TimeZoneField } from './time-zone-field.tsx';
import type { useUsageSearch } from './use-usage-search.ts';

const CUSTOM = 'custom';
const periods = [
  ...presets.map((value) => ({ value, label: presetNames[value] })),
  { value: CUSTOM, label: 'From … to …' } as const,
];
const units = [
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'month', label: 'Month' },
  { value: 'none', label: 'All of it' },
] as const;
const orderOptions = [
  { value: 'time', label: 'By time' },
  { value: 'cost', label: 'Highest cost first' },
  { value: 'tokens', label: 'Most tokens first' },
] as const;

type Props = {
  readonly search: UsageSearch;
  readonly period: Period;
  readonly change: ReturnType<typeof useUsageSearch>[2];
};

/** What the report is about. Each change is in the address at once. */
export function Controls({ search, period, change }: Props) {
  const isCustom = search.from !== undefined;
  const wall = { from: formatWall(period.from, period.zone), to: formatWall(period.to, period.zone) };
  return (
    <search className={styles['controls']} aria-label="Report">
      <div className={styles['fields']}>
        <Select
          label="Period"
          value={isCustom ? CUSTOM : (search.range ?? defaults.range)}
          options={periods}
          onChange={(value) =>
            change(
              value === CUSTOM
                ? { ...wall, range: undefined }
                : { range: value, from: undefined, to: undefined },
            )
          }
        />
        {isCustom && (
          <>
            <div className={styles['wide']}>
              <TextField
                label="From"
                type="datetime-local"
                value={search.from ?? wall.from}
                onChange={(from) => from !== '' && change({ from, to: search.to ?? wall.to })}
              />
            </div>
            <div className={styles['wide']}>
              <TextField
                label="To (not included)"
                type="datetime-local"
                value={search.to ?? wall.to}
                onChange={(to) => to !== '' && change({ from: search.from ?? wall.from, to })}
              />
            </div>
          </>
        )}
        <TimeZoneField value={period.zone} onChange={(zone) => change({ zone })} />
        <Select
          label="A row for each"
          value={search.by ?? defaults.by}
          options={units}
          onChange={(by) => change({ by })}
        />
        <Select
          label="Sorted"
          value={search.order ?? defaults.order}
          options={orderOptions}
          onChange={(order) => change({ order })}
        />
      </div>
      <GroupToggles
        chosen={groupsOf(search.group ?? defaults.group)}
        onChange={(chosen) => change({ group: chosen.join(',') })}
      />
    </search>
  );
}

function GroupToggles({
  chosen,
  onChange,
}: {
  readonly chosen: readonly Group[];
  readonly onChange: (groups: readonly Group[]) => void;
}) {
  return (
    <fieldset className={styles['toggles']}>
      <legend>and for each</legend>
      {groups.map((group) => {
        const isChosen = chosen.includes(group);
        return (
          <Button
            key={group}
            size="small"
            pressed={isChosen}
            onClick={() =>
              onChange(groups.filter((one) => (one === group ? !isChosen : chosen.includes(one))))
            }
          >
            {groupNames[group]}
          </Button>
        );
      })}
    </fieldset>
  );
}
