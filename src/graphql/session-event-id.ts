import { decodeIdOf, encodeId } from './ids.ts';

/** The id of a SessionEvent, or of another position of the trail to begin after. */
export function encodeEventPosition(auditEventId: string): string {
  return encodeId('SessionEvent', auditEventId);
}

/** The position behind an id; null if it is none. The id of an audit event is one too: SessionEvent.id was that once. */
export function decodeEventPosition(id: string): string | null {
  return decodeIdOf('SessionEvent', id) ?? decodeIdOf('AuditEvent', id);
}
