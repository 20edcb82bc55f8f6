import { useEffect, useRef, useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useRequest } from '../../api/use-request.ts';
import { USAGE_REPORT } from './report-document.ts';
import type { ReportRequest } from './report-request.ts';
import type { Amounts, Row } from './row.ts';

/** Rows are short, and a month of days by model should fit. A page may cost the API 3 for each row. */
const PAGE = 1000;

/** What has been answered, with what it was asked. */
export type Report = {
  readonly request: ReportRequest;
  readonly totals: Amounts;
  readonly rows: readonly Row[];
  /** Where the next page begins. Null: all rows are here. */
  readonly next: string | null;
  readonly at: number;
};

type State = {
  readonly report: Report | null;
  readonly error: ApiError | null;
  readonly busy: boolean;
};

export type UsageReport = State & {
  readonly reload: () => void;
  readonly loadMore: () => void;
};

/**
 * Asks for a report whenever the request changes. The report before stays until there is an answer.
 * @param request the same object as long as it is the same
 */
export function useReport(request: ReportRequest): UsageReport {
  const ask = useRequest();
  const [state, setState] = useState<State>({ report: null, error: null, busy: true });
  const [asked, setAsked] = useState(0);
  const newest = useRef(0);

  async function load(what: ReportRequest, before: Report | null) {
    newest.current += 1;
    const turn = newest.current;
    setState((earlier) => ({ ...earlier, busy: true, error: null }));
    const { data, error } = await ask(USAGE_REPORT, {
      ...what.variables,
      groupBy: [...what.variables.groupBy],
      first: PAGE,
      after: before?.next ?? null,
      withTotals: before === null,
    });
    if (turn !== newest.current) return;
    const totals = data?.usage.totals ?? before?.totals;
    if (data === undefined || totals === undefined) {
      setState((earlier) => ({ ...earlier, busy: false, error: error ?? null }));
      return;
    }
    const { nodes, pageInfo } = data.usage.rows;
    const report = {
      request: what,
      totals,
      rows: [...(before?.rows ?? []), ...nodes],
      next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      at: Date.now(),
    };
    setState({ report, error: error ?? null, busy: false });
  }

  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when somebody wants to
  useEffect(() => {
    void latest.current(request, null);
    return () => {
      newest.current += 1;
    };
  }, [request, asked]);

  const { report } = state;
  return {
    ...state,
    reload: () => setAsked((count) => count + 1),
    loadMore: () => {
      if (report !== null && report.next !== null) void load(report.request, report);
    },
  };
}
