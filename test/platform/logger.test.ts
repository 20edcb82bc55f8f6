import { describe, expect, test } from 'vitest';
import { asRedacted, describeError } from '../../src/platform/process/log-fields.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';

/** What one use of a logger writes, as its lines. */
function linesOf(use: (log: ReturnType<typeof createLogger>) => void, pretty = false): string[] {
  const lines: string[] = [];
  use(createLogger({ level: 'info', pretty, destination: { write: (line) => lines.push(line) } }));
  return lines;
}

/** The one line written, without its time and level. */
function logged(use: (log: ReturnType<typeof createLogger>) => void): unknown {
  const [line = '', ...more] = linesOf(use);
  expect(more).toEqual([]);
  const { time, level, ...rest } = JSON.parse(line);
  expect([typeof time, level]).toEqual(['string', 'info']);
  return rest;
}

class LeakyError extends Error {
  override readonly name = 'LeakyError';
  readonly code = '23505';
  readonly kind = 'conflict';
  readonly detail = 'Key (email)=(a@b.c) already exists.';
  readonly meta = { query: 'SELECT' };
}
const error = new LeakyError('the message', { cause: new Error('the cause') });
const described = { type: 'LeakyError', code: '23505', kind: 'conflict' };

test('one line of JSON per event, with an ISO time and nothing that was not asked for', () => {
  const [line = ''] = linesOf((log) => log.info({ route: '/graphql', ms: 1.5 }, 'done'));
  expect(line).toMatch(
    /^{"level":"info","time":"20\d\d-\d\d-\d\dT[\d:.]+Z","route":"\/graphql","ms":1.5,"msg":"done"}\n$/,
  );
  expect(linesOf((log) => log.debug('below the level'))).toEqual([]);
});

describe('an error is logged by name, code and kind', () => {
  test.each<[string, (log: ReturnType<typeof createLogger>) => void, unknown]>([
    ['as err', (log) => log.info({ err: error }, 'failed'), { err: described, msg: 'failed' }],
    ['as err without a message', (log) => log.info({ err: error }), { err: described, msg: 'LeakyError' }],
    ['alone', (log) => log.info(error), { err: described, msg: 'LeakyError' }],
    ['with a message', (log) => log.info(error, 'failed'), { err: described, msg: 'failed' }],
    ['under any key', (log) => log.info({ reason: error }, 'm'), { reason: described, msg: 'm' }],
    [
      'at any depth',
      (log) => log.info({ list: [{ error }] }, 'm'),
      { list: [{ error: described }], msg: 'm' },
    ],
    ['in a message', (log) => log.info('failed: %s', error), { msg: 'failed: LeakyError' }],
    ['of a child', (log) => log.child({}).child({ error }).info('m'), { error: described, msg: 'm' }],
    ['thrown as a word', (log) => log.info({ err: 'prose' }, 'm'), { err: { type: 'string' }, msg: 'm' }],
    [
      'thrown as an object',
      (log) => log.info({ err: { message: 'prose', code: 'E_X' } }, 'm'),
      { err: { type: 'Error', code: 'E_X' }, msg: 'm' },
    ],
  ])('%s', (_, use, expected) => {
    expect(logged(use)).toEqual(expected);
  });
});

test('describeError takes no prose and no credential for a name', () => {
  const odd = Object.assign(new Error('m'), {
    name: 'not a name',
    code: 'sk-abcdefghijkl',
    kind: 'has spaces',
  });
  expect(describeError(odd)).toEqual({ type: 'Error' });
  expect(describeError(Object.assign(new TypeError('m'), { code: 404 }))).toEqual({
    type: 'TypeError',
    code: 404,
  });
  expect(describeError(describeError(error))).toEqual(described);
  expect(describeError(undefined)).toEqual({ type: 'undefined' });
});

test('fields are described: nothing but plain data is opened, and credentials are replaced', () => {
  class Client {
    readonly connection = 'postgres://me:hunter2@db/ledger';
  }
  expect(
    logged((log) =>
      log.info({
        secret: new Secret('ek_1234567890'),
        note: new Secret('ek_1234567890'),
        client: new Client(),
        bytes: Buffer.from('ek_1234567890'),
        url: new URL('https://a:b@host/x?key=1'),
        at: new Date(0),
        authorization: 'plain words',
        big: 10n,
        none: undefined,
        list: [1, undefined, null],
        msg: 'm',
      }),
    ),
  ).toEqual({
    secret: '[redacted]',
    note: '[secret]',
    client: '[Client]',
    bytes: '[Buffer]',
    url: 'https://[redacted]@host/x?[redacted]',
    at: '1970-01-01T00:00:00.000Z',
    authorization: '[redacted]',
    big: '10',
    list: [1, null, null],
    msg: 'm',
  });
  expect(logged((log) => log.info(new Secret('ek_1234567890'), 'm'))).toEqual({
    value: '[secret]',
    msg: 'm',
  });
  expect(logged((log) => log.info('%s', new Secret('ek_1234567890')))).toEqual({ msg: '[secret]' });
});

test('fields that have been redacted are logged as they are', () => {
  const fields = { requestId: 'r', status: 200, actor: null };
  expect(logged((log) => log.info(asRedacted(fields), 'request'))).toEqual({ ...fields, msg: 'request' });
});

test('a circle ends', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(JSON.stringify(logged((log) => log.info(circle, 'm')))).toContain('[Object]');
});

test('pretty lines are for people and say the same of errors', () => {
  const [line = ''] = linesOf((log) => log.info({ err: error }, 'failed'), true);
  expect(line).toMatch(/INFO.*: failed.*LeakyError/s);
  expect(line).not.toMatch(/the message|the cause|already exists/);
});
