import { type FragmentType, graphql, readFragment } from '../../gql/index.ts';
import type { Overrides, Policy, PolicyLayers } from './policy.ts';

export const POLICY = graphql(/* GraphQL */ `
  fragment PolicyValues on Policy {
    allowedModels
    allowedProviders
    maxTtlSeconds
    maxActiveSessions
    maxMintsPerMinute
    maxMintsPerDay
    monthlyBudgetUsd
    maxCallSeconds
    brokeredOnly
  }
`);

export const OVERRIDES = graphql(/* GraphQL */ `
  fragment OverrideValues on PolicyOverrides {
    allowedModels
    allowedProviders
    maxTtlSeconds
    maxActiveSessions
    maxMintsPerMinute
    maxMintsPerDay
    monthlyBudgetUsd
    maxCallSeconds
    brokeredOnly
  }
`);

export const USER_POLICY = graphql(/* GraphQL */ `
  fragment UserPolicy on User {
    id
    policy(applicationId: $application) {
      ...PolicyValues
    }
    policyOverrides {
      ...OverrideValues
    }
  }
`);

export const APPLICATION_POLICY = graphql(/* GraphQL */ `
  fragment ApplicationPolicy on Application {
    id
    name
    policyOverrides @include(if: $readOverrides) {
      ...OverrideValues
    }
  }
`);

export const DEFAULT_POLICY = graphql(/* GraphQL */ `
  fragment DefaultPolicy on Gateway {
    defaultPolicy {
      ...PolicyValues
    }
    pricedModels
    providers {
      name
    }
  }
`);

type Choice = { readonly id: string; readonly name: string };
export type ApplicationChoices = { readonly all: readonly Choice[]; readonly application: Choice | null };
type Applications = readonly FragmentType<typeof APPLICATION_POLICY>[];

/** The application whose limits apply unless another is chosen: the caller's own, or the built-in one. */
export function applicationChoices(
  applications: Applications,
  own: Choice | null,
  chosenId: string | undefined,
): ApplicationChoices {
  const all = readFragment(APPLICATION_POLICY, applications);
  const byId = all.find(({ id }) => id === chosenId);
  const usual = own ?? all.find(({ name }) => name === 'default');
  return { all, application: byId ?? usual ?? null };
}

export function policyLayers(
  user: FragmentType<typeof USER_POLICY>,
  applications: Applications,
  applicationId: string | null,
  gateway: FragmentType<typeof DEFAULT_POLICY> | undefined,
): PolicyLayers {
  const { policy, policyOverrides } = readFragment(USER_POLICY, user);
  const application = readFragment(APPLICATION_POLICY, applications).find(({ id }) => id === applicationId);
  const defaults = readFragment(DEFAULT_POLICY, gateway)?.defaultPolicy;
  return {
    own: readFragment(OVERRIDES, policyOverrides) satisfies Overrides,
    application: readFragment(OVERRIDES, application?.policyOverrides) ?? null,
    defaults: readFragment(POLICY, defaults) ?? null,
    effective: readFragment(POLICY, policy) satisfies Policy,
  };
}

const nothing: Overrides = {
  allowedModels: null,
  allowedProviders: null,
  maxTtlSeconds: null,
  maxActiveSessions: null,
  maxMintsPerMinute: null,
  maxMintsPerDay: null,
  monthlyBudgetUsd: null,
  maxCallSeconds: null,
  brokeredOnly: null,
};

/** The limits of an application, which inherits the defaults. Null: the caller may not see them. */
export function applicationLayers(
  application: FragmentType<typeof APPLICATION_POLICY>,
  gateway: FragmentType<typeof DEFAULT_POLICY>,
): PolicyLayers | null {
  const own = readFragment(OVERRIDES, readFragment(APPLICATION_POLICY, application).policyOverrides);
  if (own == null) return null;
  const defaults = readFragment(POLICY, readFragment(DEFAULT_POLICY, gateway).defaultPolicy);
  const effective: Policy = {
    allowedModels: own.allowedModels ?? defaults.allowedModels,
    allowedProviders: own.allowedProviders ?? defaults.allowedProviders,
    maxTtlSeconds: own.maxTtlSeconds ?? defaults.maxTtlSeconds,
    maxActiveSessions: own.maxActiveSessions ?? defaults.maxActiveSessions,
    maxMintsPerMinute: own.maxMintsPerMinute ?? defaults.maxMintsPerMinute,
    maxMintsPerDay: own.maxMintsPerDay ?? defaults.maxMintsPerDay,
    monthlyBudgetUsd: own.monthlyBudgetUsd ?? defaults.monthlyBudgetUsd,
    maxCallSeconds: own.maxCallSeconds ?? defaults.maxCallSeconds,
    brokeredOnly: own.brokeredOnly ?? defaults.brokeredOnly,
  };
  return { own, application: nothing, defaults, effective };
}
