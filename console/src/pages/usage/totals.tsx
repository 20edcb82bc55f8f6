import type { ReactNode } from 'react';
import { Amount } from '../../ui/amount.tsx';
import { Count } from '../../ui/count.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type Amounts, unpricedModels } from './row.ts';
import styles from './totals.module.css';

/** What all rows come to, as the API says it: also those that are not loaded. */
export function Totals({ totals }: { readonly totals: Amounts | null }) {
  return (
    <dl className={styles['totals']}>
      <Figure name="Cost" totals={totals} show={({ costUsd }) => <Amount usd={costUsd} />}>
        {totals !== null && unpricedModels(totals) !== '' && <>No price for {unpricedModels(totals)}</>}
      </Figure>
      <Figure name="Known cost" totals={totals} show={({ costKnownUsd }) => <Amount usd={costKnownUsd} />}>
        {totals !== null && (
          <>
            <Amount usd={totals.costEstimatedUsd} /> of it is estimated: an upper bound
          </>
        )}
      </Figure>
      <Figure name="Tokens" totals={totals} show={({ totalTokens }) => <Count value={totalTokens} />}>
        {totals !== null && (
          <>
            <Count value={totals.inputAudioTokens + totals.outputAudioTokens} /> of audio
          </>
        )}
      </Figure>
      <Figure name="Responses" totals={totals} show={({ responses }) => <Count value={responses} />}>
        {totals?.reported === false && 'Nothing has been reported: usage is not known'}
      </Figure>
    </dl>
  );
}

function Figure({
  name,
  totals,
  show,
  children,
}: {
  readonly name: string;
  readonly totals: Amounts | null;
  readonly show: (totals: Amounts) => ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles['figure']}>
      <dt>{name}</dt>
      <dd className={styles['value']}>{totals === null ? <Skeleton width="5em" /> : show(totals)}</dd>
      <dd className={styles['below']}>{children}</dd>
    </div>
  );
}
