import type { OverviewHealth } from './health-document.ts';
import styles from './sandbox-warning.module.css';

/** Says that what is issued is not real. */
export function SandboxWarning({ providers }: { readonly providers: OverviewHealth['providers'] }) {
  const sandboxes = providers.filter(({ isSandbox }) => isSandbox).map(({ name }) => name);
  if (sandboxes.length === 0) return null;
  const isAll = sandboxes.length === providers.length;
  return (
    <div role="note" className={styles['warning']}>
      <p>
        <strong>
          {isAll ? 'This gateway has only a sandbox.' : `The provider ${sandboxes.join(', ')} is a sandbox.`}
        </strong>{' '}
        Its client secrets open nothing.
        {isAll && ' Set OPENAI_API_KEY where the gateway runs to issue real ones.'}
      </p>
    </div>
  );
}
