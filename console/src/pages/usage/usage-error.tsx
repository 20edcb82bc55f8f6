import type { ApiError } from '../../api/api-error.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

/** Why there is no report, and what can be done about it. */
export function UsageError({
  error,
  onRetry,
  onWithoutLabel,
}: {
  readonly error: ApiError;
  readonly onRetry: () => void;
  readonly onWithoutLabel: () => void;
}) {
  // The one thing that is refused because of how the gateway is configured.
  if (error.code === 'BAD_USER_INPUT' && error.message.includes('LABEL'))
    return (
      <>
        <ErrorNote
          error={{
            ...error,
            message:
              'This gateway has no label to split usage by. Whoever runs it can name one in GATEHOUSE_USAGE_LABEL.',
          }}
        />
        <div>
          <Button onClick={onWithoutLabel}>Show it without labels</Button>
        </div>
      </>
    );
  return <ErrorNote error={error} onRetry={onRetry} />;
}
