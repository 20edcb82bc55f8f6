import {
  type GraphQLField,
  GraphQLID,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import type { RecordType } from './intended-table.ts';

type AnyField = GraphQLField<unknown, unknown>;

export type Step = {
  /** Such as "RealtimeSession.user". */
  readonly coordinate: string;
  /** As a document has it, with arguments. */
  readonly text: string;
  /** What it is narrowed to, where the field says less. */
  readonly narrowed: string | null;
};

/** A way from Query to a record. */
export type Path = {
  readonly name: string;
  readonly root: Step;
  readonly steps: readonly Step[];
  /** What kind of record the arguments of its root name, if any. */
  readonly names: RecordType | null;
  /** What kind of record it ends at. */
  readonly leads: RecordType;
};

const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);

/** The kinds of records: whatever is a Node. */
export const recordTypes = objects
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))
  .map(({ name }) => name as RecordType);
const isRecord = (type: GraphQLNamedType) => recordTypes.some((name) => name === type.name);

/** Types that are on the way to a record without being one: connections, edges, results, the viewer. */
const transit = new Set<string>();
for (let grew = true; grew; ) {
  const found = objects.filter(
    (type) => !isRecord(type) && !transit.has(type.name) && fieldsOf(type).some((field) => onTheWay(field)),
  );
  for (const { name } of found) transit.add(name);
  grew = found.length > 0;
}

function fieldsOf(type: GraphQLObjectType): readonly AnyField[] {
  return Object.values(type.getFields());
}

/** The object types that a field can come to, those of an interface or union each. */
function membersOf(field: AnyField): readonly GraphQLObjectType[] {
  const type = getNamedType(field.type);
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

function onTheWay(field: AnyField): boolean {
  return membersOf(field).some((type) => isRecord(type) || transit.has(type.name));
}

/** Every field that the intended table has to mention: of records, and of all types on the way to one. */
export const coordinates = objects
  .filter((type) => isRecord(type) || transit.has(type.name))
  .flatMap((type) => fieldsOf(type).map(({ name }) => `${type.name}.${name}`))
  .toSorted();

/** Every field below the roots of Query that takes an id: as an argument, or in the input of a mutation. */
export const idTakers = objects
  .filter(({ name }) => name !== 'Query' && name !== 'Subscription')
  .flatMap((type) => fieldsOf(type).map((field) => ({ field, coordinate: `${type.name}.${field.name}` })))
  .filter(({ field }) => field.args.some(({ name, type }) => isId(type) || (name === 'input' && hasId(type))))
  .map(({ coordinate }) => coordinate);

function isId(type: GraphQLInputType): boolean {
  return getNamedType(type) === GraphQLID;
}

function hasId(input: GraphQLInputType): boolean {
  const type = getNamedType(input);
  return isInputObjectType(type) && Object.values(type.getFields()).some((field) => isId(field.type));
}

const TIME = 'from: "2020-01-01T00:00:00.000Z", to: "2100-01-01T00:00:00.000Z"';
/** Rows of each user through each application: those lead on. */
const BROKEN_DOWN = 'groupBy: [USER, APPLICATION]';

/** What names a record in the arguments of a field of Query. */
const ROOTS: Readonly<Record<string, readonly string[]>> = {
  node: ['(id: $id)'],
  nodes: ['(ids: [$id])'],
  realtimeSession: ['(id: $id)'],
  realtimeSessions: ['(first: 20)'],
  realtimeCalls: ['(first: 20)'],
  user: ['(id: $id)', '(externalId: $name)'],
  users: ['(first: 20)'],
  viewer: [''],
  applications: [''],
  usage: [`(filter: { ${TIME} }, ${BROKEN_DOWN})`],
  sessionStatistics: [`(filter: { ${TIME} }, ${BROKEN_DOWN})`],
  // What asking leaves behind itself is none of them.
  auditEvents: ['(first: 100, filter: { actions: ["session.issued"] })'],
};

/** Every way from Query to a record that passes no kind of record twice. */
export const paths: readonly Path[] = fieldsOf(objectOf('Query'))
  .filter(onTheWay)
  .flatMap((field) =>
    (ROOTS[field.name] ?? unknownRoot(field)).flatMap((args) =>
      membersOf(field).flatMap((member) => {
        const narrowed = isAbstractType(getNamedType(field.type)) ? member.name : null;
        const root = { coordinate: `Query.${field.name}`, text: field.name + args, narrowed };
        const names = args.includes('$') ? (member.name as RecordType) : null;
        return continued(root, [], member, new Set()).map((path) => ({ ...path, names }));
      }),
    ),
  );

function unknownRoot(field: AnyField): never {
  throw new Error(`The test does not know how to ask for Query.${field.name}: add it to ROOTS`);
}

function continued(
  root: Step,
  steps: readonly Step[],
  at: GraphQLObjectType,
  passed: ReadonlySet<string>,
): readonly Omit<Path, 'names'>[] {
  if (passed.has(at.name)) return [];
  const here = isRecord(at) ? [{ name: nameOf(root, steps), root, steps, leads: at.name as RecordType }] : [];
  if (isWalkedElsewhere(root, steps)) return here;
  const next = new Set(passed).add(at.name);
  return [
    ...here,
    ...fieldsOf(at)
      .filter(onTheWay)
      .flatMap((field) =>
        membersOf(field).flatMap((member) =>
          continued(root, [...steps, stepOf(at, field, member)], member, next),
        ),
      ),
  ];
}

/**
 * The entries of edges are those of nodes, nodes finds what node finds, and the session of a call is one that has a path
 * of its own: what comes after them is walked once.
 */
function isWalkedElsewhere(root: Step, steps: readonly Step[]): boolean {
  const last = steps.at(-1) ?? root;
  return (
    last.coordinate.endsWith('Edge.node') || ['Query.nodes', 'RealtimeCall.session'].includes(last.coordinate)
  );
}

function stepOf(parent: GraphQLObjectType, field: AnyField, member: GraphQLObjectType): Step {
  return {
    coordinate: `${parent.name}.${field.name}`,
    text: field.name + argumentsOf(parent.name, field),
    narrowed: isAbstractType(getNamedType(field.type)) ? member.name : null,
  };
}

/** The arguments of a field below the root. */
function argumentsOf(parent: string, { name, args }: AnyField): string {
  if (parent === 'User' && name === 'usage') return `(${TIME}, ${BROKEN_DOWN})`;
  return args.some((arg) => arg.name === 'first') ? '(first: 10)' : '';
}

function nameOf(root: Step, steps: readonly Step[]): string {
  const first = root.narrowed === null ? root.text : `${root.text} of ${root.narrowed}`;
  return [first, ...steps.map(({ text }) => text)].join('.');
}

/** A path as a document has it, with what to select of the record at its end. */
export function selectionOf({ root, steps }: Path, selection: string): string {
  return [root, ...steps].reduceRight((inner, step) => within(step, inner), selection);
}

/** Paths from one root to the ids at their ends: what several of them pass is selected once. */
export function mergedSelectionOf(together: readonly Path[]): string {
  return merged(together.map(({ root, steps }) => [root, ...steps]));
}

function merged(ways: readonly (readonly Step[])[]): string {
  const id = ways.some(([step]) => step === undefined) ? ['id'] : [];
  const next = Map.groupBy(ways, ([step]) => step && within(step, ''));
  const below = [...next.values()].map((group) => {
    const [[step] = []] = group;
    return step === undefined ? [] : within(step, merged(group.map(([, ...rest]) => rest)));
  });
  return [...id, ...below.flat()].join(' ');
}

function within({ text, narrowed }: Step, inner: string): string {
  return `${text} { ${narrowed === null ? inner : `... on ${narrowed} { ${inner} }`} }`;
}

/** Each field of a kind of record, selected: what is composite by the name of its type. */
export function fieldSelections(record: RecordType): readonly { coordinate: string; text: string }[] {
  return fieldsOf(objectOf(record)).map((field) => ({
    coordinate: `${record}.${field.name}`,
    text: isLeafType(getNamedType(field.type))
      ? field.name
      : `${field.name}${argumentsOf(record, field)} { __typename }`,
  }));
}

/** The fields of Mutation, and of each the members of its result that lead to a record, by field. */
export const changes: readonly { coordinate: string; leads: readonly string[] }[] = fieldsOf(
  objectOf('Mutation'),
).map((field) => ({
  coordinate: `Mutation.${field.name}`,
  leads: membersOf(field).flatMap((member) =>
    fieldsOf(member)
      .filter(onTheWay)
      .map(({ name }) => `${member.name}.${name}`),
  ),
}));

function objectOf(name: string): GraphQLObjectType {
  const type = objects.find((one) => one.name === name);
  if (type === undefined) throw new Error(`The schema has no type ${name}`);
  return type;
}

/** Whether a root answers null, not an error of the whole request, when what is below it fails. */
export function failsAlone(path: Path): boolean {
  return ![
    'Query.realtimeSessions',
    'Query.realtimeCalls',
    'Query.users',
    'Query.applications',
    'Query.usage',
    'Query.sessionStatistics',
    'Query.auditEvents',
  ].includes(path.root.coordinate);
}
