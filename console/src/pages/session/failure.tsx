import type { SessionSummaryFragment } from '../../gql/graphql.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { failureAdvice } from './failure-advice.ts';
import styles from './session.module.css';

type Props = { readonly failure: NonNullable<SessionSummaryFragment['failure']> };

/** Why there is no secret, what the provider said, and what to do. */
export function Failure({ failure }: Props) {
  const { code, message, upstreamStatus, upstreamCode, upstreamParam, upstreamRequestId } = failure;
  return (
    <section className={styles['failure']} aria-labelledby="failure">
      <h2 id="failure">{message}</h2>
      <p>{failureAdvice(code)}</p>
      <dl className={styles['facts']}>
        <dt>Failure code</dt>
        <dd>
          <code>{code}</code>
        </dd>
        {upstreamStatus !== null && (
          <Fact name="HTTP status of the provider" value={String(upstreamStatus)} />
        )}
        {upstreamCode !== null && <Fact name="Its error code" value={upstreamCode} />}
        {upstreamParam !== null && <Fact name="The field that it complained of" value={upstreamParam} />}
        {upstreamRequestId !== null && (
          <>
            <dt>Its request id, for its support</dt>
            <dd>
              <code>{upstreamRequestId}</code> <CopyButton text={upstreamRequestId} label="Copy request id" />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
      </dd>
    </>
  );
}
