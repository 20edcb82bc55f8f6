import type { ReactNode } from 'react';
import type { Scope } from '../gql/graphql.ts';
import { NoPermission } from '../ui/no-permission.tsx';
import { useHasScope } from './viewer.ts';

/**
 * Shows its children to callers with a scope, and to others which scope they need.
 * @param otherwise shown instead of that; null shows nothing
 */
export function Needs({
  scope,
  children,
  otherwise,
}: {
  readonly scope: Scope;
  readonly children: ReactNode;
  readonly otherwise?: ReactNode;
}) {
  if (useHasScope(scope)) return children;
  return otherwise === undefined ? <NoPermission scope={scope} /> : otherwise;
}
