import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLimits } from '../../scripts/print-limits.ts';
import { variables } from '../support/config-problems.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Constants that bound no caller, and what they bound. */
const NOT_LISTED: Readonly<Record<string, string>> = {
  'src/platform/process/log-fields.ts MAX_DEPTH': 'of a line in the log',
  'src/platform/redaction/memoize.ts MAX_ENTRIES': 'of names that are kept in memory',
  'src/platform/redaction/memoize.ts MAX_LENGTH': 'of names that are kept in memory',
  'src/platform/redaction/redact-text.ts MAX_ROUNDS': 'of passes over a text',
  'src/providers/parse-body.ts MAX_DEPTH': "of the provider's answer, which the row of its bytes bounds",
  'src/platform/redaction/secret.ts MAX_SECRET_LENGTH': "of the provider's secrets",
  'src/providers/decode-body.ts MAX_ENCODINGS': "of the provider's answer",
  'src/providers/upstream-text.ts MAX_PARAM': "of the provider's answer",
  'src/platform/http-client/skip-interim-answers.ts MAX_INTERIM_BYTES': "of the provider's answer",
  'src/platform/http-client/frame-reader.ts MAX_CONTROL_BYTES': 'of what RFC 6455 lets a provider send',
  'src/providers/calls/call-keys.ts MAX_KEPT': "of the operator's keys that are kept in memory",
  'src/providers/calls/hang-up-once.ts MAX_ANSWER_BYTES': "of the provider's answer",
  'src/providers/calls/offer-once.ts MAX_ANSWER_BYTES': "of the provider's answer",
  'src/providers/calls/read-event-parts.ts MAX_DEPTH': "of the provider's usage",
  'src/providers/calls/read-event-parts.ts MAX_FIELDS': "of the provider's usage",
  'src/providers/sandbox/sandbox-calls.ts MAX_CALLS': 'of calls at the sandbox',
  'src/calls/meter-call.ts MAX_PENDING': "of the provider's usage",
  'src/platform/database/clock-skew.ts MAX_SKEW_SECONDS': 'of clocks',
  'src/graphql/redacted-client-secret.ts MAX_INT': 'of the type Int',
  'src/providers/sandbox/sandbox.ts MAX_BODY_BYTES': 'of what the gateway sends to itself',
  'src/sealing/describe-findings.ts MAX_LINES': 'of what a command prints',
  'src/server/graphql/record-denials.ts MAX_FIELDS': 'of an audit event',
  'src/server/listings/execute-listing.ts MAX_SELECTIONS':
    'of what is compiled of a document and kept in memory',
  'src/usage/unpriced-models.ts MAX_KNOWN': 'of what is kept in memory',
  'src/server/http/client-address.ts MAX_HOPS': 'of a header, which the row of its bytes bounds',
};

test('docs/security.md has the limits of the code (npm run limits)', () => {
  const text = read('docs/security.md');
  expect(text).toBe(withLimits(text));
});

test('every constant that is named as a maximum is listed, or said here to bound no caller', () => {
  const inTable = [
    ...read('scripts/limit-rows.ts').matchAll(/import \{([^}]+)\} from '\.\.\/(src\/[^']+)'/g),
  ].flatMap(([, names = '', file]) => names.split(',').map((name) => `${file} ${name.trim()}`));
  const ofSchema = filesOf('src/graphql').flatMap((file) =>
    [...read(file).matchAll(/\batMost\(\s*(MAX_\w+)/g)].map(([, name]) => name),
  );
  const unlisted = filesOf('src').flatMap((file) =>
    [...read(file).matchAll(/\bconst (MAX_\w+)/g)].flatMap(([, name]) =>
      ofSchema.includes(name) || inTable.includes(`${file} ${name}`) ? [] : [`${file} ${name}`],
    ),
  );
  expect(unlisted.sort()).toEqual(Object.keys(NOT_LISTED).sort());
});

test('every variable that is named as a maximum is listed', () => {
  const table = read('docs/security.md');
  const names = Object.keys(variables).filter((name) =>
    /_MAX_|_PER_|_QUEUE|_TIMEOUT_MS|_POOL_SIZE/.test(name),
  );
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) expect(table).toContain(`(\`${name}\`) |`);
});

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}
