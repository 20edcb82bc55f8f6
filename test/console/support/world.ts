import { SCOPES } from '../../authorization/intended-table.ts';
import { issue, setPolicy, suspendUser } from '../../support/ask.ts';
import { createApplication, createKey } from '../../support/callers.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { RESPONSE, report } from '../../support/usage.ts';

/** A little of everything that the console shows. */
export type World = {
  readonly applicationId: string;
  /** With all scopes and reach EVERYTHING. */
  readonly key: string;
  readonly sessionId: string;
  readonly userId: string;
};

const MODELS = ['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'a-model-without-a-price'];

export async function makeWorld(gateway: TestGateway): Promise<World> {
  const { application } = await createApplication(gateway, 'Support desk');
  const { value: key } = await createKey(gateway, application.id, {
    scopes: SCOPES,
    reach: 'EVERYTHING',
    name: 'dashboard',
  });
  await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'], name: 'backend' });
  const issued: { session: { id: string; user: { id: string } } }[] = [];
  for (const [index, user] of ['alice', 'bob', 'carol', 'dave'].entries())
    for (const model of MODELS)
      issued.push(
        await issue(gateway, {
          externalUserId: user,
          model,
          instructions: 'Be brief, and kind.',
          labels: [{ key: 'team', value: index % 2 === 0 ? 'support' : 'sales' }],
          tools: [{ function: { name: 'get_weather', description: 'The weather of a city.' } }],
        }),
      );
  for (const { session } of issued)
    await report(gateway, { sessionId: session.id, responseId: `resp_${session.id}`, usage: RESPONSE });
  for (const model of ['sandbox-401', 'sandbox-500', 'sandbox-429'])
    await issue(gateway, { externalUserId: 'erin', model });
  await setPolicy(gateway, { externalUserId: 'bob', maxTtlSeconds: 60, monthlyBudgetUsd: '5' });
  await issue(gateway, { externalUserId: 'bob', expiresAfterSeconds: 600 });
  await suspendUser(gateway, { externalUserId: 'dave', reason: 'Sold his secrets.' });
  await issue(gateway, { externalUserId: 'dave' });
  const [first] = issued;
  if (first === undefined) throw new Error('No session was issued');
  const { session } = first;
  return { applicationId: application.id, key, sessionId: session.id, userId: session.user.id };
}
