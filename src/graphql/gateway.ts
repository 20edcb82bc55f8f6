import type { ProviderState } from '../issuing/provider-state.ts';
import { MAX_COUNTED_UNSEALED, type TrailState } from '../sealing/trail-state.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { PolicyType } from './policy.ts';

const ProviderStateType = builder.objectRef<ProviderState>('ProviderState').implement({
  description: 'A configured provider, as the gateway that answers sees it now.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the provider, e.g. "openai".' }),
    isDefault: t.exposeBoolean('isDefault', {
      description: 'Whether it issues the sessions for which neither the input nor the model names another.',
    }),
    circuitOpen: t.exposeBoolean('circuitOpen', {
      description:
        'Whether the provider kept failing, so that this gateway does not ask it for the moment. Other gateways may.',
    }),
    isSandbox: t.exposeBoolean('isSandbox', {
      description: 'Whether its client secrets open nothing: it is for trying Gatehouse out.',
    }),
    supportsBrokered: t.exposeBoolean('supportsBrokered', {
      description: 'Whether its sessions can be BROKERED: Gatehouse opens their calls itself.',
    }),
  }),
});

const TrailStateType = builder.objectRef<TrailState>('TrailState').implement({
  description: 'How far the audit trail is sealed.',
  fields: (t) => ({
    sealedEvents: t.expose('sealedEvents', {
      type: 'SafeInt',
      description:
        'The number of events that were sealed so far, including those that retention has dropped since.',
    }),
    unsealedEvents: t.expose('unsealedEvents', {
      type: 'SafeInt',
      description: `The number of events that wait to be sealed, counted up to ${MAX_COUNTED_UNSEALED.toLocaleString('en')}. An event waits less than a second.`,
    }),
    lastSealedAt: t.expose('lastSealedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When events were sealed last, by the clock of the database. Null while none is sealed.',
    }),
    lastHead: t.exposeString('lastHead', {
      nullable: true,
      description:
        'The MAC of the last head, 64 hexadecimal digits, as the log and the heads file have it: it stands for all events that were sealed so far. Null while none is sealed. Needs AUDIT_READ.',
      authScopes: { scope: 'AUDIT_READ' },
    }),
  }),
});

const GatewayType = builder.objectRef<Context['gateway']>('Gateway').implement({
  description: 'The gateway that answers, and how it is doing. Never contains a secret.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'The version of Gatehouse, e.g. "0.1.0".' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      description: 'When this gateway was started, by its own clock.',
    }),
    providers: t.field({
      type: [ProviderStateType],
      description: 'The configured providers. The first is the default.',
      resolve: ({ providerStates }) => [...providerStates()],
    }),
    trail: t.field({
      type: TrailStateType,
      description: 'How far the audit trail is sealed, by any gateway.',
      resolve: ({ trailState }) => trailState(),
    }),
    defaultPolicy: t.field({
      type: PolicyType,
      description: 'The limits that apply where neither the user nor the application sets one.',
      resolve: (_gateway, _args, { limits }) => limits.defaultPolicy,
    }),
    pricedModels: t.stringList({
      description:
        'The models that have a price today, by name, e.g. for forms. A dated snapshot has the price of its family and is not listed.',
      resolve: ({ pricedModels }) => [...pricedModels()],
    }),
  }),
});

builder.queryField('gateway', (t) =>
  t.field({
    type: GatewayType,
    description:
      'The gateway that answers, and how it is doing. For operators, and for API keys with reach EVERYTHING and any scope.',
    authScopes: { operator: true, anyScopeEverywhere: true },
    resolve: (_root, _args, { gateway }) => gateway,
  }),
);
