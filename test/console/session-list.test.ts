import { describe, expect, test } from 'vitest';
import { furtherFields, providerField } from '../../console/src/pages/session/provider-fields.ts';
import {
  applyChanges,
  MOST_ADDED,
  type Placement,
  showWaiting,
  startRows,
} from '../../console/src/pages/sessions/live-rows.ts';
import { failureCodes } from '../../console/src/pages/sessions/names.ts';
import { validateSearch } from '../../console/src/pages/sessions/search.ts';
import { failureCodes as failureCodesOfServer } from '../../src/graphql/failure-message.ts';

const row = (second: number, status = 'ACTIVE') => ({
  id: `s${second}`,
  createdAt: new Date(second * 1_000).toISOString(),
  status,
});
const change = (second: number, status = 'ACTIVE', isNew = true) => ({ row: row(second, status), isNew });
const placement: Placement = { mode: 'insert', matches: () => true, hasOlder: true };
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

describe('live rows', () => {
  const list = startRows([row(30), row(20), row(10)]);

  test('a session that is shown changes in place, paused or not', () => {
    for (const mode of ['insert', 'hold', 'elsewhere'] as const) {
      const { rows, waiting } = applyChanges(list, [change(20, 'REVOKED', false)], { ...placement, mode });
      expect(rows).toEqual([row(30), row(20, 'REVOKED'), row(10)]);
      expect(waiting).toEqual([]);
    }
  });

  test('a new session is put in where it belongs, also when it was committed late', () => {
    const { rows, added } = applyChanges(list, [change(40), change(25)], placement);
    expect(ids(rows)).toEqual(['s40', 's30', 's25', 's20', 's10']);
    expect(added).toBe(2);
  });

  test('a session that belongs on a later page is left out, unless there is none', () => {
    expect(applyChanges(list, [change(5)], placement)).toEqual(list);
    expect(ids(applyChanges(list, [change(5)], { ...placement, hasOlder: false }).rows)).toContain('s5');
  });

  test('paused, new sessions wait and are shown once each', () => {
    const paused: Placement = { ...placement, mode: 'hold' };
    const held = applyChanges(list, [change(40), change(50), change(40, 'EXPIRED', false)], paused);
    expect(held.rows).toBe(list.rows);
    expect(held.waiting).toEqual([row(40, 'EXPIRED'), row(50)]);
    expect(ids(showWaiting(held).rows)).toEqual(['s50', 's40', 's30', 's20', 's10']);
  });

  test('elsewhere, only sessions that are new to every list are counted', () => {
    const elsewhere: Placement = { ...placement, mode: 'elsewhere' };
    const { rows, waiting } = applyChanges(list, [change(40), change(15, 'EXPIRED', false)], elsewhere);
    expect(rows).toBe(list.rows);
    expect(ids(waiting)).toEqual(['s40']);
  });

  test('a session that the filter does not match is not put in, and waits no longer', () => {
    const active: Placement = { ...placement, mode: 'hold', matches: (status) => status === 'ACTIVE' };
    const held = applyChanges(list, [change(40), change(50, 'FAILED')], active);
    expect(ids(held.waiting)).toEqual(['s40']);
    expect(applyChanges(held, [change(40, 'REVOKED', false)], active).waiting).toEqual([]);
  });

  test('the list stops growing, and the rest waits', () => {
    const many = Array.from({ length: MOST_ADDED + 3 }, (_, index) => change(100 + index));
    const { rows, waiting } = applyChanges(list, many, placement);
    expect(rows).toHaveLength(MOST_ADDED + 3);
    expect(waiting).toHaveLength(3);
  });
});

describe('the URL of the list', () => {
  test('has each field of the filter, and drops what means nothing', () => {
    expect(
      validateSearch({
        statuses: ['ACTIVE', 'ALIVE', 'ACTIVE'],
        types: 'REALTIME',
        externalUserId: 42,
        userId: '',
        models: ['gpt-realtime', ''],
        createdFrom: '2026-11-22T08:21:00+01:00',
        createdTo: 'yesterday',
        failureCodes: ['upstream_timeout', 'bad_luck'],
        labels: [{ key: 'team', value: 'support' }, { value: 'x' }, 'tier'],
        orderBy: 'CREATED_AT_DESC',
        debug: true,
      }),
    ).toEqual({
      statuses: ['ACTIVE'],
      types: ['REALTIME'],
      externalUserId: '42',
      models: ['gpt-realtime'],
      createdFrom: '2026-11-22T07:21:00.000Z',
      failureCodes: ['upstream_timeout'],
      labels: [{ key: 'team', value: 'support' }],
    });
  });
});

test('the console knows every failure code of the gateway', () => {
  expect([...failureCodes].toSorted()).toEqual([...failureCodesOfServer].toSorted());
});

describe('the fields of the provider', () => {
  test('are found by their names in each dialect', () => {
    const nested = {
      audio: { input: { format: { type: 'audio/pcm' }, turn_detection: null } },
      tracing: 'auto',
    };
    expect(providerField(nested, 'inputAudioFormat')).toEqual({
      path: 'audio.input.format',
      value: { type: 'audio/pcm' },
    });
    expect(providerField(nested, 'turnDetection')).toEqual({
      path: 'audio.input.turn_detection',
      value: null,
    });
    expect(providerField(nested, 'temperature')).toBeNull();
    expect(providerField({ input_audio_format: 'pcm16' }, 'inputAudioFormat')).toEqual({
      path: 'input_audio_format',
      value: 'pcm16',
    });
  });

  test('beyond the sixteen are listed by their paths', () => {
    expect(
      furtherFields({ id: 'sess_1', tracing: null, audio: { output: { voice: 'marin', speed: 1.2 } } }),
    ).toEqual([
      { path: 'tracing', value: null },
      { path: 'audio.output.speed', value: 1.2 },
    ]);
    expect(furtherFields(null)).toEqual([]);
  });
});
