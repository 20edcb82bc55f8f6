import type { ApiKey } from '../applications/api-key.ts';
import type { Application } from '../applications/application.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import { createApiKey } from '../applications/create-api-key.ts';
import { parseApiKeyGrant, parseName } from '../applications/parse-api-key-grant.ts';
import { shellCaller } from '../authorization/shell-actor.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Reader } from '../reader.ts';

export type KeyOptions = Omit<Parameters<typeof createApiKey>[1], 'applicationId'> & {
  /** By name; it is registered when there is none. */
  readonly application: string;
};

export type CreateKeyResult =
  | {
      readonly kind: 'created';
      readonly value: Secret;
      readonly apiKey: ApiKey;
      readonly application: Application;
    }
  | { readonly kind: 'invalid'; readonly issues: readonly InputIssue[] };

type Ports = {
  readonly reader: Pick<Reader, 'applications'>;
  readonly applications: ApplicationStore;
};

/** Makes a key from a shell: the first one, before anybody can ask for it by GraphQL. */
export async function createKey(
  { reader, applications }: Ports,
  { application: name, ...grant }: KeyOptions,
): Promise<CreateKeyResult> {
  const by = shellCaller('key create');
  const parsed = parseName(name);
  if (!parsed.ok)
    return { kind: 'invalid', issues: parsed.issues.map((issue) => ({ ...issue, path: ['application'] })) };
  // Before anything is made: what cannot become a key leaves no application behind.
  const parsedGrant = parseApiKeyGrant(grant, by.actor);
  if (!parsedGrant.ok) return { kind: 'invalid', issues: parsedGrant.issues };
  const find = async () =>
    (await reader.applications()).find((application) => application.name === parsed.value);
  const application =
    (await find()) ?? (await applications.createApplication(parsed.value, by)) ?? (await find());
  if (application === undefined) throw new Error('An application is neither there nor can be made');
  const created = await createApiKey(applications, { ...grant, applicationId: application.id }, by);
  switch (created.kind) {
    case 'created':
      return { ...created, application };
    case 'invalid':
      return created;
    case 'not_found':
      throw new Error('An application is gone');
    default:
      return created satisfies never;
  }
}
