-- Merges the limits for a user and an application: each comes from the user, else the application, else the defaults.
-- mergePolicies in src/limits/policy.ts does the same for reading; a test holds the two together. Numbers in jsonb are
-- exact, but those of JSON.stringify are not, so the default budget comes as text. STABLE, as jsonb_build_object is: only
-- so it is inlined.
CREATE OR REPLACE FUNCTION effective_policy(person end_user, app application, defaults jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'allowedModels', coalesce(person.allowed_models, app.allowed_models, defaults->'allowedModels'),
  'allowedProviders', coalesce(person.allowed_providers, app.allowed_providers, defaults->'allowedProviders'),
  'maxTtlSeconds', coalesce(person.max_ttl_seconds, app.max_ttl_seconds, (defaults->>'maxTtlSeconds')::integer),
  'maxActiveSessions',
    coalesce(person.max_active_sessions, app.max_active_sessions, (defaults->>'maxActiveSessions')::integer),
  'maxMintsPerMinute',
    coalesce(person.max_mints_per_minute, app.max_mints_per_minute, (defaults->>'maxMintsPerMinute')::integer),
  'maxMintsPerDay', coalesce(person.max_mints_per_day, app.max_mints_per_day, (defaults->>'maxMintsPerDay')::integer),
  'monthlyBudgetUsd',
    coalesce(person.monthly_budget_usd, app.monthly_budget_usd, (defaults->>'monthlyBudgetUsd')::numeric),
  'maxCallSeconds', coalesce(person.max_call_seconds, app.max_call_seconds, (defaults->>'maxCallSeconds')::integer),
  'brokeredOnly', coalesce(person.brokered_only, app.brokered_only, (defaults->>'brokeredOnly')::boolean)
);
