// A look-up for each event that has one. What nothing was committed to is not shown, whoever put it there.
/** What identifies a person in events `e`, as `i`: all null where there is nothing, or nothing any more. */
export const withIdentity = `LEFT JOIN LATERAL (
    SELECT * FROM audit_identity AS identity WHERE e.identity IS NOT NULL AND identity.event_id = e.id OFFSET 0
  ) AS i ON true`;

/** The detail of events `e`, with the reason that stands in `i`. */
export const detailWithReason = `CASE WHEN i.reason IS NULL THEN e.detail ELSE e.detail || jsonb_build_object('reason', i.reason) END`;
