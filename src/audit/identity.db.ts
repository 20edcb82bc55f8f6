/**
 * Joins the identities of events `e` as `i`; its columns are null when there is none (any more). An identity that the
 * event does not commit to is not shown. OFFSET 0 makes it a look-up for each event that has one.
 */
export const withIdentity = `LEFT JOIN LATERAL (
    SELECT * FROM audit_identity AS identity WHERE e.identity IS NOT NULL AND identity.event_id = e.id OFFSET 0
  ) AS i ON true`;

/** The detail of events `e`, with the reason out of `i`. */
export const detailWithReason = `CASE WHEN i.reason IS NULL THEN e.detail ELSE e.detail || jsonb_build_object('reason', i.reason) END`;
