import { Link } from '@tanstack/react-router';
import { Amount } from '../../ui/amount.tsx';
import { formatCount } from '../../ui/count.tsx';
import { Comparison } from './comparison.tsx';
import { Figure } from './figure.tsx';
import styles from './figures.module.css';
import { MAX_LIVE, type OverviewCalls, type OverviewLive } from './live-document.ts';
import { ReasonList } from './reason-list.tsx';
import { denialReasons, failureReasons } from './reasons.ts';
import type { OverviewSpend } from './spend-document.ts';
import type { OverviewStatistics } from './statistics-document.ts';

const YESTERDAY = 'yesterday by this time';

export function LiveFigure({
  live,
  calls,
}: {
  readonly live: OverviewLive | undefined;
  readonly calls: OverviewCalls | undefined;
}) {
  const count = live?.totalCount;
  return (
    <Figure
      name="Live now"
      value={
        live &&
        (count == null ? 'unknown' : count > MAX_LIVE ? `over ${formatCount(MAX_LIVE)}` : formatCount(count))
      }
      comparison="sessions whose secret still opens connections"
    >
      <p className={styles['link']}>
        <Link to="/sessions" search={{ statuses: ['ACTIVE'] }}>
          Live sessions
        </Link>
        <br />
        <Link to="/calls">{calls === undefined ? 'Calls' : runningCalls(calls)}</Link>
      </p>
    </Figure>
  );
}

/** Of the brokered sessions; what others hold, nobody here can see. */
function runningCalls({ nodes, pageInfo }: OverviewCalls): string {
  const more = pageInfo.hasNextPage ? 'over ' : '';
  return `${more}${formatCount(nodes.length, 'call')} running`;
}

export function SessionFigures({ statistics }: { readonly statistics: OverviewStatistics | undefined }) {
  const now = statistics?.today.totals;
  const before = statistics?.todayBefore.totals;
  const rows = statistics?.today.rows.nodes ?? [];
  const compare = (one: number | undefined, other: number | undefined) => (
    <Comparison now={one} before={other} text={formatCount(other ?? 0)} when={YESTERDAY} />
  );
  const lost = now && now.failed + now.unconfirmed;
  return (
    <>
      <Figure
        name="Issued today"
        value={now && formatCount(now.issued)}
        comparison={compare(now?.issued, before?.issued)}
      />
      <Figure
        name="Mint p95 today"
        value={now && milliseconds(now.mintMsP95)}
        comparison={
          <Comparison
            now={now?.mintMsP95}
            before={before?.mintMsP95}
            text={milliseconds(before?.mintMsP95)}
            when={YESTERDAY}
          />
        }
      />
      <Figure
        name="Refused today"
        value={now && formatCount(now.denied)}
        comparison={compare(now?.denied, before?.denied)}
      >
        <ReasonList reasons={denialReasons(rows)} />
      </Figure>
      <Figure
        name="Failed or unconfirmed today"
        value={lost === undefined ? undefined : formatCount(lost)}
        comparison={compare(lost, before && before.failed + before.unconfirmed)}
      >
        <ReasonList reasons={failureReasons(rows)} />
      </Figure>
    </>
  );
}

export function SpendFigure({ spend }: { readonly spend: OverviewSpend | undefined }) {
  const now = spend?.month.totals;
  const before = spend?.monthBefore.totals;
  const unpriced = now === undefined ? 0 : now.costUnknownFor.length + now.costUnknownForMore;
  return (
    <Figure
      name={unpriced > 0 ? 'Known spending this month' : 'Spent this month'}
      value={now && <Amount usd={now.costKnownUsd} />}
      comparison={
        before && (
          <>
            {before.costUsd == null && 'known '}last month by this time: <Amount usd={before.costKnownUsd} />
          </>
        )
      }
    >
      <p className={styles['link']}>
        {unpriced > 0 && (
          <>
            The price of {formatCount(unpriced, 'model')} is not known.
            <br />
          </>
        )}
        {now !== undefined && now.costEstimatedUsd !== '0' && (
          <>
            <Amount usd={now.costEstimatedUsd} /> of it is estimated.
            <br />
          </>
        )}
        <Link to="/usage" search={{ range: 'month' }}>
          Usage by day
        </Link>
      </p>
    </Figure>
  );
}

function milliseconds(time: number | null | undefined): string {
  return time == null ? 'none minted' : `${time.toLocaleString('en')} ms`;
}
