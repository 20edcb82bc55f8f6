import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

/** A fault of the console itself, or a page of it that could not be loaded, e.g. after the gateway was updated. */
export function PageError({ reset }: ErrorComponentProps) {
  return (
    <>
      <PageHeader title="This page failed" />
      <EmptyState
        title="The console could not show this page."
        action={<Button onClick={reset}>Try again</Button>}
      >
        When the gateway has been updated since you signed in, reload the page and sign in again.
      </EmptyState>
    </>
  );
}
