import { z } from 'zod';

export const APPLICATIONS = 5;
const KEYS_OF_EACH = 10;

/** Somebody to open a stream as; what it is to be told: a user's changes, an application's, or all. */
export const subscriber = z.object({
  authorization: z.string(),
  user: z.number().nullable(),
  application: z.number().nullable(),
});
export type Subscriber = z.infer<typeof subscriber>;

export type Target = { readonly url: string; readonly authorization: string };

const answer = z.object({
  data: z.object({
    made: z.object({
      value: z.string().optional(),
      application: z.object({ id: z.string() }).optional(),
    }),
  }),
});

export const externalIdOf = (user: number): string => `user-${user}`;

/** Makes applications and keys, and says who subscribes. */
export async function makeSubscribers(target: Target, count: number) {
  const applications: string[] = [];
  const own: Subscriber[] = [];
  const everything: Subscriber[] = [];
  for (let application = 0; application < APPLICATIONS; application += 1) {
    const { application: made } = await ask(
      target,
      'mutation ($input: CreateApplicationInput!) { made: createApplication(input: $input) { ... on CreateApplicationSuccess { application { id } } } }',
      { name: `application-${application}` },
    );
    const applicationId = made?.id ?? '';
    applications.push(applicationId);
    for (let key = 0; key < KEYS_OF_EACH; key += 1) {
      const keyFor = (reach: string) => createKey(target, { applicationId, reach, name: `key ${key}` });
      own.push({ authorization: await keyFor('OWN_APPLICATION'), user: null, application });
      everything.push({ authorization: await keyFor('EVERYTHING'), user: null, application: null });
    }
  }
  const few = Math.floor(count / 20);
  const subscribers = [...turns(own, few), ...turns(everything, few)];
  const users = count - subscribers.length;
  for (let user = 0; user < users; user += 1)
    subscribers.push({
      authorization: turns(everything, user + 1).at(-1)?.authorization ?? '',
      user,
      application: null,
    });
  return { subscribers, applications, users };
}

/** So many of them, from the beginning again when there are not enough. */
function turns<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, index) => items[index % items.length]).filter(
    (item) => item !== undefined,
  );
}

async function createKey(target: Target, input: object): Promise<string> {
  const { value } = await ask(
    target,
    'mutation ($input: CreateApiKeyInput!) { made: createApiKey(input: $input) { ... on CreateApiKeySuccess { value } } }',
    { scopes: ['SESSIONS_READ'], ...input },
  );
  return `Bearer ${value ?? ''}`;
}

async function ask({ url, authorization }: Target, query: string, input: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return answer.parse(await response.json()).data.made;
}
