import type { CreateRealtimeSessionInput } from '../../gql/graphql.ts';

export type Request = {
  /** Where the gateway answers. */
  readonly url: string;
  readonly document: string;
  readonly input: CreateRealtimeSessionInput;
};

const REPLACED = 'PUT_THE_SECRET_HERE';

/** What is sent, as a document and its variables. */
export function writeVariables({ input }: Request): string {
  return JSON.stringify({ input: withoutSecrets(input) }, null, 2);
}

/** A command for a shell, which reads the credential from $KEY. */
export function writeCurl({ url, document, input }: Request): string {
  const query = document.replaceAll(/\s+/g, ' ').trim();
  const body = JSON.stringify({ query, variables: { input: withoutSecrets(input) } });
  return [
    `curl '${url}' \\`,
    `  --header "Authorization: Bearer $KEY" \\`,
    `  --header 'Content-Type: application/json' \\`,
    // Nothing in a quoted here-document is expanded, and no line of the body can end it: JSON has its line breaks escaped.
    `  --data-binary @- <<'JSON'`,
    body,
    'JSON',
    '',
  ].join('\n');
}

/** A program with gatehouse-client, which reads the credential from the environment. */
export function writeTypeScript({ url, input }: Request): string {
  return `import { createGatehouse } from 'gatehouse-client';

const gatehouse = createGatehouse({ url: ${JSON.stringify(url)}, auth: process.env['KEY'] ?? '' });

const result = await gatehouse.createSession(${JSON.stringify(withoutSecrets(input), null, 2)});
if (result.__typename === 'CreateRealtimeSessionSuccess') {
  // Hand it to the client that connects, and keep it nowhere.
  const secret = result.clientSecret.value.reveal();
  console.log(result.session?.id, secret.length);
} else {
  console.error(result.__typename, result.message);
}
`;
}

/** What MCP servers are sent is a secret: code that is copied does not have it. */
function withoutSecrets(input: CreateRealtimeSessionInput): CreateRealtimeSessionInput {
  if (!Array.isArray(input.tools)) return input;
  return {
    ...input,
    tools: input.tools.map(({ mcp, ...tool }) => (mcp == null ? tool : { mcp: withoutSecret(mcp) })),
  };
}

type Mcp = NonNullable<NonNullable<CreateRealtimeSessionInput['tools']>[number]['mcp']>;

function withoutSecret({ authorization, headers, ...server }: Mcp): Mcp {
  return {
    ...server,
    ...(authorization == null ? {} : { authorization: REPLACED }),
    ...(headers == null ? {} : { headers: headers.map(({ name }) => ({ name, value: REPLACED })) }),
  };
}
