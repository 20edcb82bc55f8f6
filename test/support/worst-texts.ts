import { parseReason } from '../../src/audit/parse-reason.ts';
import { bearerOf } from '../../src/authentication/authenticate.ts';
import { createInputSchema } from '../../src/issuing/create-input-schema.ts';
import { hashInput } from '../../src/issuing/input-hash.ts';
import { credentialForms, isCredential } from '../../src/platform/redaction/credential-forms.ts';
import { secretRemover } from '../../src/platform/redaction/known-secrets.ts';
import { redactJson, redactSchema } from '../../src/platform/redaction/redact-json.ts';
import { looksLikeCredential, redactText, redactUrl } from '../../src/platform/redaction/redact-text.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { isSensitiveKey } from '../../src/platform/redaction/sensitive-key.ts';
import { upstreamCode, upstreamParam, upstreamRequestId } from '../../src/providers/upstream-text.ts';
import { redactLabels, secretsIn } from '../../src/sessions/redact-session.ts';
import { parseUsage } from '../../src/usage/parse-usage.ts';

/** A function that a caller's text goes through, with the inputs that are hardest for it: made for a length. */
export type WorstText = {
  readonly name: string;
  readonly prepare: (length: number) => () => unknown;
};

/** What the patterns look for, whole and in parts, to be repeated. */
export const fragments = [
  ...['a', 'A ', '-', '_', ' ', '.', '/', '?', '#', '@', '\\', '\\n', '%20', '\u001b[1;', '\u001b[1m', 'm1;'],
  ...['://', '://a', '://a:', '://a:x', '://a:x@', '://u:p?', '://?', 'a?', ':a', 'https://a@', '//a'],
  ...[
    'sk-',
    '-sk-',
    '_ek_',
    'eyJ',
    '-eyJ',
    'eyJ.',
    'eyJaaaaaaaa.',
    'AKIA',
    'xoxb-',
    '[redacted]',
    '%20sk-',
    '-a',
  ],
  ...['Bearer', 'Bearer ', 'Bearer a ', 'Bearer a-', 'Basic a', 'basic abcdefghijk ', 'Bearer aaaaaaaa-'],
  ...['-----BEGIN ', '-----BEGIN A', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'],
  ...['-----BEGIN PRIVATE KEY-----aaaa\n', `${'a'.repeat(40)} `, '-----BEGIN PRIVATE KEY-----\nVersion: a\n'],
  ...[
    'password',
    'password:',
    'password=',
    'password=&',
    'password=&a',
    'key=',
    'key: ',
    'token: a-',
    'token:  ',
  ],
  ...['token\\\\\\": \\\\\\"', 'authorization: bearer ', 'auth-', '_token', 'api_key":"', 'per-token:'],
  ...credentialForms.map(({ example }) => example),
  ...credentialForms.map(({ example }) => `-${example.slice(0, 8)}`),
];

const starts = ['', 'Bearer ', 'https://host?'];

const repeated = (part: string, length: number) =>
  part.repeat(Math.ceil(length / part.length)).slice(0, length);

const ofTexts = (name: string, work: (text: string) => unknown, beginnings: readonly string[]): WorstText[] =>
  beginnings.flatMap((start) =>
    fragments.map((part) => ({
      name: `${name} of ${JSON.stringify(start + part)} repeated`,
      prepare: (length: number) => {
        const text = start + repeated(part, length);
        return () => work(text);
      },
    })),
  );
const ofText = (name: string, work: (text: string) => unknown) => ofTexts(name, work, ['']);

const once = (name: string, prepare: WorstText['prepare']): WorstText => ({ name, prepare });

function secretsOf(length: number, value: (index: number) => string): Secret[] {
  const secrets: Secret[] = [];
  for (let size = 0; size < length; ) {
    const text = value(secrets.length);
    secrets.push(new Secret(text));
    size += text.length;
  }
  return secrets;
}

const known = (name: string, part: string, value: (index: number) => string): WorstText =>
  once(`the removal of ${name}`, (length) => {
    const secrets = secretsOf(length, value);
    const text = repeated(part, length);
    return () => secretRemover(secrets)(text);
  });

const input = (name: string, build: (length: number) => unknown): WorstText[] => [
  once(`the check of ${name}`, (length) => {
    const value = build(length);
    return () => createInputSchema.safeParse(value);
  }),
  once(`the hash of ${name}`, (length) => {
    const value = build(length);
    return () => hashInput(value, [{ id: 'k', bytes: new Uint8Array(32) }]);
  }),
];

const mcp = (headers: object[]) => ({
  tools: [{ mcp: { serverLabel: 'a', serverUrl: 'https://a/', headers } }],
});
const tool = (header: (index: number) => string, length: number) => ({
  kind: 'MCP' as const,
  serverLabel: 'a',
  serverUrl: null,
  connectorId: null,
  serverDescription: null,
  allowedTools: null,
  readOnlyTools: null,
  requireApproval: null,
  authorization: null,
  headers: secretsOf(length, header).map((value) => ({ name: 'a', value })),
});

const json = (name: string, document: (length: number) => Parameters<typeof redactJson>[0]): WorstText[] =>
  [redactJson, redactSchema].map((redact) =>
    once(`${redact.name} of ${name}`, (length) => {
      const value = document(length);
      return () => redact(value);
    }),
  );

const numbered = (length: number, name: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: length / 20 }, (_, index) => [name(index), index]));

export const worstTexts: readonly WorstText[] = [
  ...ofTexts('redactText', redactText, starts),
  ...ofTexts('redactUrl', redactUrl, ['https://']),
  ...ofText('isCredential', isCredential),
  ...ofText('isSensitiveKey', isSensitiveKey),
  ...ofText('bearerOf', (text) => bearerOf(`Bearer ${text}`)),
  ...ofText('parseReason', parseReason),
  ...ofText('upstreamCode', (text) => upstreamCode([text])),
  ...ofText('upstreamParam', upstreamParam),
  ...ofText('upstreamRequestId', upstreamRequestId),
  once('looksLikeCredential', (length) => {
    const text = repeated('password: key=', length);
    return () => looksLikeCredential(text);
  }),
  once('redactLabels of 32', (length) => {
    const label = { key: repeated('key=', length / 320), value: repeated('token: a-', length / 40) };
    return () => redactLabels(Array.from({ length: 32 }, () => label));
  }),
  known('one value many times', 'abcdefgh', () => 'abcdefgh'),
  known('values with one beginning', 'abcdefgh', (index) => `${'abcdefgh'.repeat(3)}${index}`),
  known('values within each other', 'a', (index) => 'a'.repeat(8 + index)),
  known('long values that nearly occur', 'a', (index) => `${'a'.repeat(8000)}${index}`),
  known('different values', 'x1', (index) => `x1x1x1x1${index}`),
  once('secretsIn of a header of words', (length) => {
    const tools = [tool(() => 'a, '.repeat(2700), length)];
    return () => secretsIn(tools);
  }),
  ...json('keys that become one', (length) => numbered(length, (index) => `sk-abcdefgh${index}`)),
  ...json('keys like what keys become', (length) => ({
    'sk-abcdefgh': 1,
    ...numbered(length, (index) => `[redacted] ${index}`),
    'sk-ijklmnop': 2,
  })),
  ...json('nesting', (length) => JSON.parse(`${'[{"a":'.repeat(length / 8)}1${'}]'.repeat(length / 8)}`)),
  ...json('long keys', (length) => ({ [repeated('a_', length)]: 'sk-abcdefgh' })),
  ...input('instructions', (length) => ({ instructions: repeated('a', length) })),
  ...input('labels', (length) => ({ labels: [{ key: 'a', value: repeated('a', length) }] })),
  ...input('an idempotency key', (length) => ({ idempotencyKey: repeated('sk-a', length) })),
  ...input('a URL', (length) => ({
    tools: [{ mcp: { serverLabel: 'a', serverUrl: `http://${repeated('a', length)}` } }],
  })),
  ...input('headers', (length) =>
    mcp(Array.from({ length: length / 32 }, () => ({ name: 'a', value: 'abcdefgh' }))),
  ),
  ...input('a header', (length) => mcp([{ name: repeated('a', length), value: repeated('a ', length) }])),
  once('parseUsage of many fields', (length) => {
    const usage = { type: 'duration', seconds: 1, ...numbered(length / 4, (index) => `sk-abcdefgh${index}`) };
    return () => parseUsage(usage);
  }),
];

/** The processor's time of the best of some runs, in milliseconds: what else the machine does must not count. */
export function fastest(work: () => unknown, runs: number): number {
  const times = Array.from({ length: runs }, () => {
    const start = process.cpuUsage();
    work();
    return process.cpuUsage(start).user / 1000;
  });
  return Math.min(...times);
}
