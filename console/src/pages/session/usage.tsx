import type { SessionUsageFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Amount } from '../../ui/amount.tsx';
import { Count } from '../../ui/count.tsx';
import styles from './session.module.css';

export const SESSION_USAGE = graphql(/* GraphQL */ `
  fragment SessionUsage on RealtimeSession {
    usage {
      reported
      responses
      costUsd
      costKnownUsd
      costEstimatedUsd
      costUnknownFor
      costUnknownForMore
      totalTokens
      inputTextTokens
      inputAudioTokens
      inputImageTokens
      cachedTextTokens
      cachedAudioTokens
      cachedImageTokens
      outputTextTokens
      outputAudioTokens
      transcriptionSeconds
    }
  }
`);

type Totals = NonNullable<SessionUsageFragment['usage']>;

/** What the session used, and what that cost, as far as it was reported. */
export function Usage({ usage }: { readonly usage: Totals }) {
  if (!usage.reported)
    return (
      <p className={styles['muted']}>
        No usage has been reported. What it used and cost is unknown, not zero.
      </p>
    );
  return (
    <>
      <dl className={styles['facts']}>
        <dt>Cost</dt>
        <dd>
          <Amount usd={usage.costUsd} />
        </dd>
        <dt>Responses</dt>
        <dd>
          <Count value={usage.responses} />
        </dd>
        <dt>Tokens</dt>
        <dd>
          <Count value={usage.totalTokens} />
        </dd>
        {kindsOf(usage).map(({ name, tokens, cached }) => (
          <Kind key={name} name={name} tokens={tokens} cached={cached} />
        ))}
        {usage.transcriptionSeconds > 0 && (
          <>
            <dt>Audio billed by time</dt>
            <dd>{usage.transcriptionSeconds.toLocaleString('en')} s</dd>
          </>
        )}
      </dl>
      <CostNotes usage={usage} />
    </>
  );
}

function kindsOf(usage: Totals) {
  return [
    { name: 'Text in', tokens: usage.inputTextTokens, cached: usage.cachedTextTokens },
    { name: 'Audio in', tokens: usage.inputAudioTokens, cached: usage.cachedAudioTokens },
    { name: 'Images in', tokens: usage.inputImageTokens, cached: usage.cachedImageTokens },
    { name: 'Text out', tokens: usage.outputTextTokens, cached: 0 },
    { name: 'Audio out', tokens: usage.outputAudioTokens, cached: 0 },
  ].filter(({ tokens }) => tokens > 0);
}

type KindProps = { readonly name: string; readonly tokens: number; readonly cached: number };

function Kind({ name, tokens, cached }: KindProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Count value={tokens} one="token" />
        {cached > 0 && (
          <>
            , of these <Count value={cached} /> cached
          </>
        )}
      </dd>
    </>
  );
}

function CostNotes({ usage }: { readonly usage: Totals }) {
  const { costUsd, costKnownUsd, costUnknownFor, costUnknownForMore, costEstimatedUsd } = usage;
  const estimated = /[1-9]/.test(costEstimatedUsd);
  return (
    <>
      {costUsd === null && (
        <p className={styles['muted']}>
          The price of {costUnknownFor.join(', ')}
          {costUnknownForMore > 0 && ` and ${costUnknownForMore} more`} is not known. What is known adds up to{' '}
          <Amount usd={costKnownUsd} />.
        </p>
      )}
      {estimated && (
        <p className={styles['muted']}>
          <Amount usd={costEstimatedUsd} /> of this is the most that it can have cost: the report did not say
          all that the price depends on.
        </p>
      )}
    </>
  );
}
