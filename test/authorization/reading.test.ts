import { beforeAll, describe, expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import { distinctCallers, fullerThan, opens, type Standing, standingOf } from './callers.ts';
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
/** With the beginning of its path that refuses the caller, if any does. */
type Gated = Question & { readonly gate: string | null };
type Answered = Question & { readonly was: Outcome };

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
  test.each(distinctCallers)('for %s', async (caller) => {
    const standing = standingOf(caller);
    const answered = await askAll(caller, gated(questionsFor(caller), standing));
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
  test.each(distinctCallers.filter((caller) => standingOf(caller).kind !== 'nobody'))(
    'for %s',
    async (caller) => {
      const differing = await Promise.all(
        waysWithFields(caller).map(async ({ path, target, open, shut }) => {
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
    },
  );
});

/** Every path with every record of the type that it starts at. */
function questions(): readonly Question[] {
  return paths.flatMap((path): Question[] =>
    path.names === null
      ? [{ path, target: null }]
      : targets.filter(({ type }) => type === path.names).map((target) => ({ path, target })),
  );
}

/** What a caller is asked: of a key without one scope what the scope decides, and one way to all else. */
function questionsFor(caller: string): readonly Question[] {
  const [standing, fuller] = [standingOf(caller), fullerThan(caller)];
  if (fuller === null) return questions();
  const cameTo = ({ path, target }: Question, who: Standing) =>
    JSON.stringify(intended(path, who, target, facts));
  const decided = questions().filter((question) => cameTo(question, standing) !== cameTo(question, fuller));
  return [...decided, ...waysOpenTo(standing)];
}

/**
 * Questions with what refuses the caller. Behind its root a path is refused for what the caller may do, whatever the
 * record: that is asked of the first and the last record that come to it.
 */
function gated(asked: readonly Question[], standing: Standing): readonly Gated[] {
  const all = asked.map((question) => ({
    ...question,
    gate: gateOn(question.path, standing, question.target, facts),
  }));
  const atGate = Map.groupBy(all, ({ gate }) => gate);
  return all.filter(({ gate, path, target }) => {
    if (gate === null || gate === path.root.text + (path.root.narrowed ?? '')) return true;
    const ids = (atGate.get(gate) ?? []).flatMap((one) => (one.path === path ? [one.target?.id] : []));
    return target?.id === ids[0] || target?.id === ids.at(-1);
  });
}

/**
 * Asks one document for each target, and one for what would take others down with it. What paths have in common, up to
 * their ends or to what refuses the caller, is asked once.
 */
async function askAll(caller: string, asked: readonly Gated[]): Promise<readonly Answered[]> {
  const groups = Map.groupBy(asked, ({ path, target, gate }) =>
    failsAlone(path) ? (target?.id ?? 'no target') : (gate ?? 'lists'),
  );
  const answers = [...groups.values()].map(async (group) => {
    const merged = Map.groupBy(
      group,
      ({ path: { root }, gate }) => gate ?? `open, from ${root.text} ${root.narrowed}`,
    );
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

type WayWithFields = Question & Record<'open' | 'shut', readonly { coordinate: string; text: string }[]>;

/** The ways open to a caller, with the fields of the record there. Of a key without one scope: those that it lacks. */
function waysWithFields(caller: string): readonly WayWithFields[] {
  const [standing, fuller] = [standingOf(caller), fullerThan(caller)];
  const ways = waysOpenTo(standing).map((way) => {
    const { open = [], shut = [] } = Object.groupBy(fieldSelections(way.path.leads), ({ coordinate }) =>
      opens(openingOf(coordinate), standing) ? 'open' : 'shut',
    );
    return {
      ...way,
      open,
      shut: shut.filter(({ coordinate }) => fuller === null || opens(openingOf(coordinate), fuller)),
    };
  });
  if (fuller === null) return ways;
  const oneOfEach = new Map(ways.map((way) => [way.path.leads, way]));
  return ways.filter((way) => way.shut.length > 0 || oneOfEach.get(way.path.leads) === way);
}
