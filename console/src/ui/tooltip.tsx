import { cloneElement, type ReactElement } from 'react';
import { TIP } from './tip-layer.tsx';

/**
 * More about something, on hover and on focus. What everybody has to know does not belong here. It costs no more than an
 * attribute, so that a table can have hundreds.
 * @param children one element; give it tabIndex 0 when it has no focus of its own
 */
export function Tooltip({
  content,
  children,
}: {
  readonly content: string;
  readonly children: ReactElement<Record<string, unknown>>;
}) {
  return cloneElement(children, { [TIP]: content });
}
