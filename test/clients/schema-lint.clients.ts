import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ASTNode, Kind, parse, print, visit } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { printSortedSchema } from '../../scripts/print-schema.ts';
import { runBinary } from '../support/run-binary.ts';

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lint-'));
const printed = printSortedSchema();

/** The kinds of definitions that need a description, and what the linter calls them. */
const DESCRIBED = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object type',
  [Kind.UNION_TYPE_DEFINITION]: 'union type',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum type',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input object type',
  [Kind.FIELD_DEFINITION]: 'field',
  [Kind.INPUT_VALUE_DEFINITION]: 'argument|input value',
  [Kind.ENUM_VALUE_DEFINITION]: 'enum value',
};

afterAll(() => rmSync(folder, { recursive: true }));

/** What graphql-schema-linter says under all of its rules. */
function lint(sdl: string): ReturnType<typeof runBinary> {
  writeFileSync(join(folder, 'schema.graphql'), sdl);
  return runBinary(require.resolve('graphql-schema-linter/lib/cli.js'), ['schema.graphql'], folder);
}

test('the schema passes every rule of graphql-schema-linter', () => {
  const { exitCode, output } = lint(printed);
  expect(exitCode, output).toBe(0);
});

// The same schema, with one description less of each kind: what would not be found could not be vouched for.
test('a missing description is found, whatever lacks it', () => {
  const { exitCode, output } = lint(withoutOneDescriptionOfEach(Object.keys(DESCRIBED)));
  expect(exitCode).toBe(1);
  for (const name of Object.values(DESCRIBED))
    expect(output).toMatch(new RegExp(`The .*(${name}).* is missing a description`));
  expect(output).toContain(`${Object.keys(DESCRIBED).length} errors detected`);
});

function withoutOneDescriptionOfEach(kinds: readonly string[]): string {
  const left = new Set(kinds);
  const document = visit(parse(printed), {
    enter(node: ASTNode) {
      return left.delete(node.kind) ? { ...node, description: undefined } : undefined;
    },
  });
  return print(document);
}
