// The closed list of the audit trail's actions, in the words that the console uses. It is in the order of a session's life.

export const actionGroups = [
  {
    name: 'Sessions',
    actions: {
      'session.requested': 'Session requested',
      'session.issued': 'Session issued',
      'session.failed': 'Session failed',
      'session.unconfirmed': 'Session unconfirmed',
      'session.denied': 'Session denied',
      'session.revoked': 'Session revoked',
      'session.expired': 'Session expired',
    },
  },
  {
    name: 'Calls',
    actions: {
      'call.opened': 'Call opened',
      'call.ended': 'Call ended',
      'call.drifted': 'Call reconfigured by the browser',
    },
  },
  {
    name: 'Usage',
    actions: {
      'usage.reported': 'Usage reported',
      'usage.conflicted': 'Usage reported twice, with other numbers',
      'usage.corrected': 'Usage corrected',
    },
  },
  {
    name: 'Users and limits',
    actions: {
      'user.suspended': 'User suspended',
      'user.reinstated': 'User reinstated',
      'user.erased': 'User erased',
      'policy.set': 'Limits changed',
    },
  },
  {
    name: 'Access',
    actions: {
      'application.created': 'Application registered',
      'api_key.created': 'API key created',
      'api_key.revoked': 'API key revoked',
      'secret.identified': 'Leaked secret looked up',
      'access.denied': 'Access denied',
    },
  },
  {
    name: 'Retention',
    actions: {
      'partition.dropped': 'Old month dropped',
      'trail.checkpointed': 'Old month of the trail signed for',
    },
  },
] as const satisfies readonly { name: string; actions: Readonly<Record<string, string>> }[];

const names: ReadonlyMap<string, string> = new Map(
  actionGroups.flatMap(({ actions }) => Object.entries<string>(actions)),
);

export const auditActions: readonly string[] = [...names.keys()];

/** The plain name of an action; the action itself when a newer gateway wrote it. */
export function actionName(action: string): string {
  return names.get(action) ?? action;
}
