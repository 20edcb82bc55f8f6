import { Table } from '../../ui/table.tsx';
import type { describeCorrection } from './detail.ts';
import { DetailText } from './detail-text.tsx';

type Change = NonNullable<ReturnType<typeof describeCorrection>>[number];

/** The numbers of a correction that differ, side by side. */
export function CorrectionTable({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <Table
      label="What was corrected"
      rows={changes}
      rowKey={({ label }) => label}
      empty={<p>Nothing differs.</p>}
      columns={[
        { id: 'label', header: 'What', rowHeader: true, cell: ({ label }) => label },
        { id: 'before', header: 'Before', align: 'end', cell: ({ before }) => shown(before) },
        { id: 'after', header: 'After', align: 'end', cell: ({ after }) => shown(after) },
      ]}
    />
  );
}

function shown(value: Change['before']) {
  return value === null ? '–' : <DetailText value={value} />;
}
