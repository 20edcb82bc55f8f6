import type { ApiError } from '../../api/api-error.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

type Props = {
  readonly error: ApiError;
  readonly onRetry: () => void;
  /** Goes to the first page. */
  readonly onFirst: () => void;
};

/** Why there is no list. What the URL asks for can be wrong, e.g. a cursor; then asking again does not help. */
export function ListError({ error, onRetry, onFirst }: Props) {
  if (error.code !== 'BAD_USER_INPUT') return <ErrorNote error={error} onRetry={onRetry} />;
  return (
    <>
      <ErrorNote error={error} />
      <p>
        <Button onClick={onFirst}>Go to the first page</Button>
      </p>
    </>
  );
}
