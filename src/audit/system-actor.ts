/** The columns of an audit event that say who did it, when nobody asked for it: periodic work. */
export const BY_GATEHOUSE = JSON.stringify({ actor_kind: 'SYSTEM', actor_name: 'gatehouse' });
