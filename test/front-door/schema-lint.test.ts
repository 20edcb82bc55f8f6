import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ASTNode, Kind, parse, print, visit } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { printSortedSchema } from '../../scripts/print-schema.ts';
import { runBinary } from '../support/run-binary.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lint-'));
const printed = printSortedSchema();

afterAll(() => rmSync(folder, { recursive: true }));

/** What graphql-schema-linter says under all of its rules. */
function lint(sdl: string): ReturnType<typeof runBinary> {
  writeFileSync(join(folder, 'schema.graphql'), sdl);
  return runBinary('graphql-schema-linter/lib/cli.js', ['schema.graphql'], folder);
}

test('the schema passes every rule of graphql-schema-linter', () => {
  const { exitCode, output } = lint(printed);
  expect(exitCode, output).toBe(0);
});

// The same schema, one description short: what would not be found could not be vouched for.
test.each([
  [Kind.OBJECT_TYPE_DEFINITION, 'object type'],
  [Kind.UNION_TYPE_DEFINITION, 'union type'],
  [Kind.ENUM_TYPE_DEFINITION, 'enum type'],
  [Kind.INPUT_OBJECT_TYPE_DEFINITION, 'input object type'],
  [Kind.FIELD_DEFINITION, 'field'],
  [Kind.INPUT_VALUE_DEFINITION, 'argument|input value'],
  [Kind.ENUM_VALUE_DEFINITION, 'enum value'],
])('a missing description of one %s is found', (kind, named) => {
  const { exitCode, output } = lint(withoutOneDescription(kind));
  expect(exitCode).toBe(1);
  expect(output).toMatch(new RegExp(`The .*(${named}).* is missing a description`));
  expect(output).toContain('1 error detected');
});

function withoutOneDescription(kind: Kind): string {
  let isTaken = false;
  const document = visit(parse(printed), {
    enter(node: ASTNode) {
      if (isTaken || node.kind !== kind) return undefined;
      isTaken = true;
      return { ...node, description: undefined };
    },
  });
  return print(document);
}
