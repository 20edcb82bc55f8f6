import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { MintAnswer, Refusal } from './mint.ts';
import { Minted } from './minted.tsx';
import styles from './playground.module.css';
import { wordsOf } from './refusal-words.ts';

/** What the gateway answered: a secret, a refusal, or an error. */
export function Outcome({ answer }: { readonly answer: MintAnswer }) {
  switch (answer.kind) {
    case 'issued':
      return <Minted issued={answer.issued} />;
    case 'refused':
      return <RefusalNote refusal={answer.refusal} requestId={answer.requestId} />;
    case 'error':
      return <ErrorNote error={answer.error} />;
    default:
      return answer satisfies never;
  }
}

function RefusalNote({
  refusal,
  requestId,
}: {
  readonly refusal: Refusal;
  readonly requestId: string | null;
}) {
  const { title, lines, retryAt, sessionId } = wordsOf(refusal);
  return (
    <div className={styles['refused']}>
      <h2>{title}</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {retryAt != null && (
        <p>
          Try again <RelativeTime at={retryAt} />.
        </p>
      )}
      {sessionId !== undefined && (
        <p>
          <Link to="/sessions/$id" params={{ id: sessionId }}>
            The record of the attempt
          </Link>
        </p>
      )}
      <p className={styles['hint']}>
        As the API says it: <code>{refusal.__typename}</code>
        {requestId !== null && (
          <>
            {' · '}Request <code>{requestId}</code> <CopyButton text={requestId} label="Copy request id" />
          </>
        )}
      </p>
    </div>
  );
}
