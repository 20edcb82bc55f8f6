import { beforeAll, describe, expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import { callers, opens, type Standing, standingOf } from './callers.ts';
import { fields, nodes, openingOf } from './intended-table.ts';
import { documentOf, gateOn, intended, type Outcome, observed, observedOn, type Target } from './outcome.ts';
import {
  changes,
  coordinates,
  failsAlone,
  fieldSelections,
  mergedSelectionOf,
  type Path,
  paths,
  recordTypes,
  selectionOf,
} from './paths.ts';
import type { Fact } from './records.ts';
import { targetsOf } from './targets.ts';
import { startWorld } from './world.ts';

const world = use(startWorld, ({ close }) => close());
let facts: readonly Fact[];
let targets: readonly Target[];

beforeAll(async () => {
  facts = await world.facts();
  targets = targetsOf(facts);
});

type Question = { readonly path: Path; readonly target: Target | null };
type Answered = Question & { readonly was: Outcome };

// A key with one scope and reach EVERYTHING shows what the scope opens; with its own application's it adds minutes, and
// nothing that the keys without one scope do not show from the other side.
// An operator with all scopes is asked nothing that the root key is not.
const asking = Object.keys(callers).filter(
  (caller) => !/^key with only \w+$|^operator with all scopes$/.test(caller),
);

describe('the intended table', () => {
  test('mentions every field that leads to a record, and every field of a record', () => {
    const mentioned = Object.entries(fields).flatMap(([type, of]) =>
      Object.keys(of).map((name) => `${type}.${name}`),
    );
    expect(mentioned.toSorted()).toEqual(coordinates);
    expect(Object.keys(nodes).toSorted()).toEqual(recordTypes.toSorted());
    expect(changes.length).toBeGreaterThan(0);
  });

  test('has every kind of record, and somebody who sees each and somebody who does not', () => {
    for (const type of recordTypes) expect(paths.filter(({ leads }) => leads === type)).not.toEqual([]);
    const seen = (caller: string) =>
      questions().filter(
        ({ path, target }) => intended(path, standingOf(caller), target, facts).ids.length > 0,
      );
    expect(seen('root key').length).toBeGreaterThan(seen('key of A with all scopes').length);
    expect(seen('key of A with all scopes').length).toBeGreaterThan(seen('end user alice').length);
    expect(seen('end user alice').length).toBeGreaterThan(seen('an end user without records').length);
  });
});

describe('every path to every record is as open as the table says', () => {
  test.each(asking)('for %s', async (caller) => {
    const standing = standingOf(caller);
    const answered = await askAll(caller, standing, questions());
    const differing = answered.flatMap(({ path, target, was }) => {
      const should = intended(path, standing, target, facts);
      return JSON.stringify(was) === JSON.stringify(should)
        ? []
        : [{ path: path.name, target: target?.label, was, should }];
    });
    expect(differing).toEqual([]);
  });
});

describe('every field of a record is as open as the table says, whatever way one came by it', () => {
  test.each(asking.filter((caller) => standingOf(caller).kind !== 'nobody'))('for %s', async (caller) => {
    const standing = standingOf(caller);
    const differing = await Promise.all(
      waysOpenTo(standing).map(async ({ path, target }) => {
        const { open, shut } = fieldsFor(path, standing);
        const together = open.map(({ text }) => text).join(' ');
        const [all, ...alone] = await askEach(caller, path, target, [
          together,
          ...shut.map(({ text }) => text),
        ]);
        return [
          ...(all?.code === null && all.ids.length > 0 ? [] : [{ path: path.name, together, all }]),
          ...alone.flatMap((was, index) =>
            was.code === 'FORBIDDEN' && was.ids.length === 0
              ? []
              : [{ path: path.name, field: shut[index]?.coordinate, was, should: 'FORBIDDEN' }],
          ),
        ];
      }),
    );
    expect(differing.flat()).toEqual([]);
  });
});

/** Every path with every record of the type that it starts at. */
function questions(): readonly Question[] {
  return paths.flatMap((path): Question[] =>
    path.names === null
      ? [{ path, target: null }]
      : targets.filter(({ type }) => type === path.names).map((target) => ({ path, target })),
  );
}

/**
 * Asks one document for each target, and one for what would take others down with it. What paths have in common, up to
 * their ends or to what refuses the caller, is asked once.
 */
async function askAll(
  caller: string,
  standing: Standing,
  asked: readonly Question[],
): Promise<readonly Answered[]> {
  const gate = ({ path, target }: Question) => gateOn(path, standing, target, facts);
  const groups = Map.groupBy(asked, (question) =>
    failsAlone(question.path) ? (question.target?.id ?? 'no target') : (gate(question) ?? 'lists'),
  );
  const answers = [...groups.values()].map(async (group) => {
    const merged = Map.groupBy(group, (question) => {
      const { root } = question.path;
      return gate(question) ?? `open, from ${root.text} ${root.narrowed}`;
    });
    const together = [...merged.values()];
    const { body } = await world.ask(
      caller,
      documentOf(together.map((questions) => mergedSelectionOf(questions.map(({ path }) => path)))),
      variablesOf(group[0]?.target ?? null),
    );
    return together.flatMap((questions, index) =>
      questions.map((question) => ({ ...question, was: observedOn(question.path, body, `p${index}`) })),
    );
  });
  return (await Promise.all(answers)).flat();
}

/** What each of these selections of the record at the end of a path came to. */
async function askEach(
  caller: string,
  path: Path,
  target: Target | null,
  selections: readonly string[],
): Promise<readonly Outcome[]> {
  const ask = async (some: readonly string[]) => {
    const { body } = await world.ask(
      caller,
      documentOf(some.map((selection) => selectionOf(path, selection))),
      variablesOf(target),
    );
    return some.map((_, index) => observed(body, `p${index}`));
  };
  if (failsAlone(path)) return ask(selections);
  return (await Promise.all(selections.map((selection) => ask([selection])))).flat();
}

function variablesOf(target: Target | null): Record<string, unknown> {
  return target === null ? {} : { id: target.id, name: target.name };
}

/** For each edge by which a caller can come by a record: the shortest path that ends with it, and a record to see there. */
function waysOpenTo(standing: Standing): readonly Question[] {
  const open = questions()
    .filter(({ path, target }) => intended(path, standing, target, facts).ids.length > 0)
    .toSorted((one, other) => other.path.steps.length - one.path.steps.length);
  const byEdge = open.map((question) => {
    const { root, steps, leads } = question.path;
    return [`${steps.at(-1)?.coordinate ?? root.coordinate} ${leads}`, question] as const;
  });
  return [...new Map(byEdge).values()];
}

function fieldsFor({ leads }: Path, standing: Standing) {
  const { open = [], shut = [] } = Object.groupBy(fieldSelections(leads), ({ coordinate }) =>
    opens(openingOf(coordinate), standing) ? 'open' : 'shut',
  );
  return { open, shut };
}
