import { expect, test } from 'vitest';
import { z } from 'zod';
import { auditActions as shownActions } from '../../console/src/pages/audit/actions.ts';
import { csvLine } from '../../console/src/pages/audit/csv.ts';
import { describeDetail, isObject } from '../../console/src/pages/audit/detail.ts';
import { exportPages } from '../../console/src/pages/audit/export-events.ts';
import { validateSearch } from '../../console/src/pages/audit/search.ts';
import { credentialKind } from '../../console/src/shell/command-palette/credential-kind.ts';
import { generateApiKey } from '../../src/applications/api-key.ts';
import { auditActions, auditRecord } from '../../src/audit/actions.ts';

test('the console has words for every action and for no other', () => {
  expect(shownActions.toSorted()).toEqual(auditActions.toSorted());
});

test('the console has words for every detail of every action', () => {
  const detailKeys = auditRecord.options.flatMap((option) =>
    keysIn(z.toJSONSchema(option.shape.detail)).map((key) => ({ key, action: option.shape.action.value })),
  );
  const unknown = detailKeys.filter(({ key, action }) => {
    // Each in a form that some key has.
    const forms = ['text', 1, true, ['text']];
    return forms.every((form) => Object.hasOwn(describeDetail(action, { [key]: form }).rest, key));
  });
  // A correction's numbers are shown side by side.
  expect([...new Set(unknown.map(({ key }) => key))]).toEqual(['before', 'after']);
});

test('a detail that the console does not know stays as it is', () => {
  const { rows, rest } = describeDetail('session.denied', { limit: 'three', used: 3, novelty: [1] });
  expect(rows).toEqual([{ key: 'used', label: 'Used', value: { kind: 'count', value: 3 } }]);
  expect(rest).toEqual({ limit: 'three', novelty: [1] });
});

test('a URL that cannot be read filters nothing', () => {
  expect(
    validateSearch({
      actions: ['session.issued', 'nonsense'],
      outcomes: 'DENIED,nonsense',
      from: 'x',
      userId: ' ',
    }),
  ).toEqual({ actions: ['session.issued'], outcomes: ['DENIED'] });
});

test('a cell of an export is no formula and keeps its quotes', () => {
  expect(csvLine(['=1+1', 'a "b", c', null, 7])).toBe(`'=1+1,"a ""b"", c",,7\r\n`);
});

test('an export reads up to the last page, to its bound, or until it is cancelled', async () => {
  const endless = async (after: string | null) => ({ entries: [1, 2], next: `${after ?? ''}x` });
  const seen: number[] = [];
  const cancel = new AbortController();
  const { signal } = cancel;
  expect(await exportPages(endless, (page) => seen.push(...page), { signal, max: 5 })).toEqual({
    kind: 'full',
  });
  expect(seen).toHaveLength(6);
  const last = async () => ({ entries: [1], next: null });
  expect(await exportPages(last, () => {}, { signal })).toEqual({ kind: 'complete' });
  const failing = async () => ({ error: 'gone' });
  expect(await exportPages(failing, () => {}, { signal })).toEqual({ kind: 'failed', error: 'gone' });
  expect(await exportPages(endless, () => cancel.abort(), { signal })).toEqual({ kind: 'cancelled' });
});

test('what Gatehouse hands out is told from ids and names', () => {
  const values = new Set<string>();
  generateApiKey('01a227e9-7049-78dd-bf6f-28856b585e2c').value.addValueTo(values);
  expect([...values].map(credentialKind)).toEqual(['api-key']);
  expect(credentialKind(`gh_root_${'a1B2'.repeat(10)}`)).toBe('root-key');
  expect(credentialKind(`ek_${'0f'.repeat(16)}`)).toBe('client-secret');
  expect(credentialKind(`xai-realtime-client-secret-${'0f'.repeat(16)}`)).toBe('client-secret');
  expect(credentialKind(`sk-proj-${'0f'.repeat(40)}`)).toBe('other');
  for (const name of ['alice', 'sess_af50c3736ca6940bafce54ef0ffe9a62', 'auth0|65f0c3736ca6940bafce54ef'])
    expect(credentialKind(name)).toBeNull();
});

/** All names of properties in a JSON schema, however deep. */
function keysIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysIn);
  if (!isObject(schema)) return [];
  const { properties, ...rest } = schema;
  const names = isObject(properties)
    ? [...Object.keys(properties), ...Object.values(properties).flatMap(keysIn)]
    : [];
  return [...names, ...Object.values(rest).flatMap(keysIn)];
}
