import { describe, expect, it } from 'vitest';
import { chartOf } from '../../console/src/pages/usage/chart-data.ts';
import { csvOf } from '../../console/src/pages/usage/columns.ts';
import { periodOf } from '../../console/src/pages/usage/period.ts';
import type { Row } from '../../console/src/pages/usage/row.ts';
import { validateSearch } from '../../console/src/pages/usage/search.ts';
import { formatOffsetTime, instantOf, parseWall, unitsBetween } from '../../console/src/ui/zoned-time.ts';
import { csvLine } from '../../src/commands/csv.ts';

const ZONE = 'Europe/Amsterdam';
const NOW = Date.parse('2026-10-25T12:34:56Z');

describe('times in a zone', () => {
  it.each([
    ['a day of 25 hours', 'hour', '2026-10-24T22:00Z', '2026-10-25T23:00Z', ZONE, 25],
    ['a day of 23 hours', 'hour', '2026-03-28T23:00Z', '2026-03-29T22:00Z', ZONE, 23],
    [
      'a zone that is off by 45 minutes',
      'hour',
      '2026-01-01T00:15Z',
      '2026-01-01T02:15Z',
      'Asia/Kathmandu',
      2,
    ],
    ['a year', 'day', '2025-12-31T23:00Z', '2026-12-31T23:00Z', ZONE, 365],
    ['months that are cut', 'month', '2026-01-15T00:00Z', '2026-03-02T00:00Z', ZONE, 3],
  ] as const)('%s', (_name, unit, from, to, zone, count) => {
    const starts = unitsBetween(unit, { from: Date.parse(from), to: Date.parse(to), zone }, 1000) ?? [];
    expect(starts).toHaveLength(count);
  });

  it('gives up where there are too many', () => {
    expect(unitsBetween('hour', { from: 0, to: NOW, zone: ZONE }, 100)).toBeNull();
  });

  it('takes the first of two equal times, and the end of a gap', () => {
    expect(formatOffsetTime(parseWall('2026-10-25T02:30', ZONE) ?? 0, ZONE)).toBe(
      '2026-10-25T02:30:00+02:00',
    );
    expect(formatOffsetTime(parseWall('2026-03-29T02:30', ZONE) ?? 0, ZONE)).toBe(
      '2026-03-29T03:30:00+02:00',
    );
    // Where a day begins at one o'clock.
    const day = instantOf(Date.UTC(2026, 2, 8), 'America/Havana');
    expect(formatOffsetTime(day, 'America/Havana')).toBe('2026-03-08T01:00:00-04:00');
  });

  it.each([
    ['today', '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00'],
    ['yesterday', '2026-10-24T00:00:00+02:00', '2026-10-25T00:00:00+02:00'],
    ['24h', '2026-10-24T15:00:00+02:00', '2026-10-25T14:00:00+01:00'],
    ['7d', '2026-10-19T00:00:00+02:00', '2026-10-26T00:00:00+01:00'],
    ['month', '2026-10-01T00:00:00+02:00', '2026-11-01T00:00:00+01:00'],
    ['last-month', '2026-09-01T00:00:00+02:00', '2026-10-01T00:00:00+02:00'],
    ['12m', '2025-11-01T00:00:00+01:00', '2026-11-01T00:00:00+01:00'],
  ] as const)('the preset %s', (range, from, to) => {
    const period = periodOf({ range }, ZONE, NOW);
    expect([period.from, period.to].map((at) => formatOffsetTime(at, ZONE))).toEqual([from, to]);
  });
});

describe('the address of the usage page', () => {
  it('keeps what can be used, and drops the rest', () => {
    expect(
      validateSearch({
        by: 'hour',
        group: 'user,model,nonsense',
        range: 'soon',
        from: '2026-10-01T00:00',
        to: '2026-11-01T00:00',
        zone: 'Mars/Olympus',
        order: ['cost'],
        chart: 'tokens',
        detail: true,
        model: 4711,
        secret: 'x',
      }),
    ).toEqual({
      by: 'hour',
      group: 'model,user',
      from: '2026-10-01T00:00',
      to: '2026-11-01T00:00',
      chart: 'tokens',
      detail: true,
      model: '4711',
    });
  });
});

describe('what is shown', () => {
  const period = periodOf({ range: 'yesterday' }, ZONE, NOW);
  const start = new Date(period.from).toISOString();
  const rows = [
    row({ start, model: 'gpt-realtime', costUsd: '0.1', costKnownUsd: '0.1' }),
    row({
      start,
      model: '=cmd|x',
      costUsd: null,
      costKnownUsd: '0.000000000002',
      costUnknownFor: ['=cmd|x'],
    }),
    row({ start, model: 'mini', costUsd: '0.2', costKnownUsd: '0.2' }),
  ];
  const report = { unit: 'day', groups: ['model'], period, rows } as const;

  it('adds exactly, and says where a cost is not known', () => {
    const chart = chartOf(report, 'cost');
    const [column] = chart.kind === 'chart' ? chart.columns : [];
    expect(column?.total).toBe('$0.300000000002');
    expect(column?.parts.map(({ text }) => text)).toEqual(['$0.20', '$0.10', '$0.000000000002']);
    expect(column?.note).toContain('=cmd|x');
  });

  it('puts what has no colour of its own together', () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      row({ start, model: `m${index}`, costKnownUsd: `0.0${index + 10}` }),
    );
    const chart = chartOf({ ...report, rows: many }, 'cost');
    if (chart.kind !== 'chart') throw new Error('There is no chart.');
    expect(chart.series).toHaveLength(8);
    expect(chart.series.at(-1)?.name).toBe('13 others');
    expect(chart.columns[0]?.total).toBe('$0.39');
  });

  it('has a column for each time, also where nothing was used', () => {
    const hours = chartOf({ ...report, unit: 'hour', groups: [], rows: [] }, 'tokens');
    expect(hours.kind === 'chart' && hours.columns).toHaveLength(24);
  });

  it('writes what is shown as the command line does: no formula, and no cost where it is not known', () => {
    const csv = csvOf({ ...report, zone: ZONE, withDetail: false });
    expect(csv.split('\r\n')).toEqual([
      'start,model,sessions_issued,responses,total_tokens,cost_usd,known_cost_usd,estimated_cost_usd,unpriced_models',
      '2026-10-24T00:00:00+02:00,gpt-realtime,1,1,10,0.1,0.1,0,',
      "2026-10-24T00:00:00+02:00,'=cmd|x,1,1,10,,0.000000000002,0,'=cmd|x",
      '2026-10-24T00:00:00+02:00,mini,1,1,10,0.2,0.2,0,',
      '',
    ]);
    const texts = ['=1', '+1', '-1', '@x', '\tx', '\rx', '＝1', "'x", 'a,b', 'a"b', 'plain'];
    for (const text of texts) {
      const [, line = ''] = csvOf({
        ...report,
        zone: ZONE,
        withDetail: false,
        rows: [row({ start, model: text })],
      }).split(/\r\n(?=2026)/);
      expect(line).toContain(csvLine([{ text }]).trim());
    }
  });
});

function row({ start, model, ...totals }: { start: string; model: string } & Partial<Row['totals']>): Row {
  return {
    start,
    model,
    sessionsIssued: 1,
    totals: {
      reported: true,
      responses: 1,
      inputTextTokens: 4,
      inputAudioTokens: 0,
      inputImageTokens: 0,
      cachedTextTokens: 0,
      cachedAudioTokens: 0,
      cachedImageTokens: 0,
      outputTextTokens: 6,
      outputAudioTokens: 0,
      totalTokens: 10,
      transcriptionSeconds: 0,
      costKnownUsd: '0',
      costEstimatedUsd: '0',
      costUnknownFor: [],
      costUnknownForMore: 0,
      ...totals,
    },
  };
}
