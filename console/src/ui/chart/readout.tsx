import type { ReactNode } from 'react';
import type { Column, Series } from './chart-types.ts';
import styles from './stacked-chart.module.css';

/** What the legend says of a series, and below it in small. */
export type SeriesNote = { readonly text: string; readonly below?: ReactNode };

type Props = {
  readonly series: readonly Series[];
  readonly column: Column | undefined;
  /** What the mark above a bar means. Null where none has one. */
  readonly mark: string | null;
  readonly whole?:
    | { readonly name: string; readonly notes: readonly SeriesNote[]; readonly total: string }
    | undefined;
};

/** The legend, with the values of one column, or of all. It has the same size in both cases. */
export function Readout({ series, column, mark, whole }: Props) {
  const name = column?.name ?? whole?.name ?? 'Hover or focus a bar for its values';
  return (
    <figcaption>
      <p className={styles['readoutName']}>
        <span>{name}</span>
        <b>{column?.total ?? whole?.total ?? ''}</b>
      </p>
      <ul className={styles['legend']} data-compared={whole === undefined ? undefined : ''}>
        {series.map(({ key, name: seriesName, colour }, index) => {
          const note = whole?.notes[index];
          return (
            <li key={key}>
              <svg className={styles['swatch']} width="10" height="10" aria-hidden="true">
                <rect className={styles[colour]} width="10" height="10" rx="2" />
              </svg>
              <span className={styles['seriesName']}>{seriesName}</span>
              <span className={styles['seriesValue']}>
                {column === undefined ? note?.text : column.parts[index]?.text}
              </span>
              {note?.below !== undefined && (
                <small className={styles['below']} data-hidden={column === undefined ? undefined : ''}>
                  {note.below}
                </small>
              )}
            </li>
          );
        })}
      </ul>
      <p className={styles['note']}>{column === undefined && mark !== null ? `○ ${mark}` : column?.note}</p>
    </figcaption>
  );
}
