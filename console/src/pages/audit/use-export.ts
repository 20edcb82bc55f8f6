import { useCallback, useEffect, useRef, useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { serverNow } from '../../api/server-clock.ts';
import { useRequest } from '../../api/use-request.ts';
import { readFragment } from '../../gql/fragment-masking.ts';
import type { AuditEventFilter } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { type ExportEnd, exportPages } from './export-events.ts';
import { EXPORTED_EVENT, type Format, fileHead, fileLine } from './exported-event.ts';
import { saveFile } from './save-file.ts';

const PAGE = graphql(/* GraphQL */ `
  query AuditExport($filter: AuditEventFilter, $after: String, $withSessions: Boolean!) {
    auditEvents(filter: $filter, first: 100, after: $after) {
      nodes {
        ...ExportedEvent
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** How far an export has come. */
export type ExportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly written: number }
  | { readonly kind: 'ended'; readonly written: number; readonly end: ExportEnd<ApiError> };

/** Writes the events of a filter to a file that the browser saves; nothing of it when reading failed or was cancelled. */
export function useExport(filter: AuditEventFilter | null, withSessions: boolean) {
  const request = useRequest();
  const [state, setState] = useState<ExportState>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  const cancel = useCallback(() => running.current?.abort(), []);
  useEffect(() => cancel, [cancel]);

  const read = async (after: string | null) => {
    const { data, error } = await request(PAGE, { filter, after, withSessions });
    if (error !== undefined) return { error };
    if (data === undefined) return { entries: [], next: null };
    const { nodes, pageInfo } = data.auditEvents;
    return {
      entries: readFragment(EXPORTED_EVENT, nodes),
      next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
    };
  };

  const start = async (format: Format) => {
    cancel();
    const controller = new AbortController();
    running.current = controller;
    const lines = [fileHead(format)];
    let written = 0;
    setState({ kind: 'running', written });
    const end = await exportPages(
      read,
      (events) => {
        for (const event of events) lines.push(fileLine(format, event));
        written += events.length;
        setState({ kind: 'running', written });
      },
      controller,
    );
    if (end.kind === 'complete' || end.kind === 'full')
      saveFile(`audit-events-${new Date(serverNow()).toISOString().slice(0, 10)}.${format}`, lines);
    setState({ kind: 'ended', written, end });
  };
  return { state, start, cancel, dismiss: () => setState({ kind: 'idle' }) };
}
