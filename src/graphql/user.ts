import type { User } from '../domain/records.ts';
import { builder } from './builder.ts';
import { BadInputError } from './errors.ts';
import { decodeIdOf } from './ids.ts';

export const UserType = builder.objectRef<User>('User');

builder.node(UserType, {
  description: 'A person for whom sessions were asked.',
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'The identifier the applications use for this person.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When a session was first asked for.',
    }),
  }),
});

builder.queryField('user', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description: 'The user with that id or that external id; null when there is none.',
    args: { id: t.arg.id(), externalId: t.arg.string() },
    resolve: async (_root, { id, externalId }, { ledger }) => {
      if ((id == null) === (externalId == null))
        throw new BadInputError('id', 'or externalId is needed, not both');
      if (externalId != null) return ledger.userByExternalId(externalId);
      const uuid = id == null ? null : decodeIdOf('User', id);
      return uuid === null ? null : ledger.user(uuid);
    },
  }),
);
