import { useBlocker } from '@tanstack/react-router';

/** While `active`, asks whoever closes the page or goes to another whether to lose what is on it. */
export function useLeaveWarning(active: boolean): void {
  useBlocker({
    shouldBlockFn: () =>
      active &&
      !window.confirm('What is shown here cannot be shown again. Leave, though it may not be stored?'),
    enableBeforeUnload: active,
    disabled: !active,
  });
}
