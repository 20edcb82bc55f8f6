/** Who did it, as columns of an audit event, when it was periodic work that no caller asked for. */
export const SYSTEM_ACTOR = JSON.stringify({ actor_kind: 'SYSTEM', actor_name: 'gatehouse' });
