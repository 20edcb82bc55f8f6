import { randomBytes } from 'node:crypto';
import { z } from 'zod';

type Target = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

const answer = z.object({
  data: z.object({
    made: z.object({
      value: z.string().optional(),
      application: z.object({ id: z.string() }).optional(),
    }),
  }),
});

/** Makes an application with a key that may mint and read everything. @returns its Authorization header */
export async function createCaller(target: Target, name: string): Promise<string> {
  const { application } = await ask(
    target,
    'mutation ($input: CreateApplicationInput!) { made: createApplication(input: $input) { ... on CreateApplicationSuccess { application { id } } } }',
    // The database is kept, and names are taken once.
    { name: `${name}-${randomBytes(6).toString('hex')}` },
  );
  const { value } = await ask(
    target,
    'mutation ($input: CreateApiKeyInput!) { made: createApiKey(input: $input) { ... on CreateApiKeySuccess { value } } }',
    {
      applicationId: application?.id,
      name: 'bench',
      scopes: ['SESSIONS_CREATE', 'SESSIONS_READ'],
      reach: 'EVERYTHING',
    },
  );
  return `Bearer ${value ?? ''}`;
}

async function ask({ url, headers }: Target, query: string, input: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return answer.parse(await response.json()).data.made;
}
