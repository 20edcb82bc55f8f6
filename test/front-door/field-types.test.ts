import { type GraphQLInterfaceType, type GraphQLUnionType, isAbstractType, isUnionType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

// GraphQL lets one selection name a field of several types only if it has the same type in each of them, nullability
// included; otherwise every client has to write aliases.

const abstractTypes = Object.values(schema.getTypeMap()).filter(
  (type) => isAbstractType(type) && !type.name.startsWith('__'),
) as (GraphQLUnionType | GraphQLInterfaceType)[];

/** The fields of one name whose types differ among the types that an abstract type stands for. */
function disagreements(type: GraphQLUnionType | GraphQLInterfaceType): string[] {
  const fields = schema
    .getPossibleTypes(type)
    .flatMap((one) => Object.values(one.getFields()).map((field) => ({ of: one.name, field })));
  return [...Map.groupBy(fields, ({ field }) => field.name)].flatMap(([name, same]) =>
    new Set(same.map(({ field }) => String(field.type))).size > 1
      ? [`${type.name}: ${same.map(({ of, field }) => `${of}.${name}: ${field.type}`).join(', ')}`]
      : [],
  );
}

test('a field has one type in all members of a union', () => {
  const unions = abstractTypes.filter(isUnionType);
  expect(unions.length).toBeGreaterThan(10);
  expect(unions.flatMap(disagreements)).toEqual([]);
});

test('a field has one type in all records and errors, except where the contract says otherwise', () => {
  const interfaces = abstractTypes.filter((type) => !isUnionType(type));
  expect(interfaces.map(({ name }) => name).toSorted()).toEqual(['Error', 'Node']);
  expect(interfaces.flatMap(disagreements)).toEqual([
    'Node: AuditEvent.application: Application, RealtimeSession.application: Application!',
    'Node: AuditEvent.session: RealtimeSession, RealtimeCall.session: RealtimeSession!',
    'Node: AuditEvent.user: User, RealtimeSession.user: User!',
    'Node: RealtimeCall.status: RealtimeCallStatus!, RealtimeSession.status: RealtimeSessionStatus!',
    'Node: RealtimeCall.usage: UsageTotals, RealtimeSession.usage: UsageTotals, User.usage: UsageReport!',
  ]);
});
