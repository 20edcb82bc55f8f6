import { Fact, Facts } from '../../ui/facts.tsx';
import { Json } from '../../ui/json.tsx';
import { CorrectionTable } from './correction-table.tsx';
import { describeCorrection, describeDetail, isObject } from './detail.ts';
import { DetailText } from './detail-text.tsx';
import styles from './event-detail.module.css';

/** The detail of an event: what is known in words, and all else as it is. */
export function EventDetail({ action, detail }: { readonly action: string; readonly detail: unknown }) {
  if (!isObject(detail)) return <Json value={detail} label="detail" />;
  const correction = describeCorrection(detail);
  const { before: _before, after: _after, ...others } = detail;
  const { rows, rest } = describeDetail(action, correction === null ? detail : others);
  if (rows.length === 0 && correction === null && Object.keys(rest).length === 0) return null;
  return (
    <section className={styles['detail']} aria-label="Detail">
      <h3>Detail</h3>
      <Facts>
        {rows.map(({ key, label, value }) => (
          <Fact key={key} name={label}>
            <DetailText value={value} />
          </Fact>
        ))}
      </Facts>
      {correction !== null && <CorrectionTable changes={correction} />}
      {Object.keys(rest).length > 0 && <Json value={rest} label="further detail" />}
    </section>
  );
}
