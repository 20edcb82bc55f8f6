import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { InteractionResults, Provider } from 'oidc-provider';

/** Where the pages of a provider are, at which people sign in and consent. */
export const INTERACTIONS = '/interaction/';

/** Shows such a page, or takes what somebody has answered on it. */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(pageOf(prompt.name));
    return;
  }
  const form = new URLSearchParams(await text(request));
  await provider.interactionFinished(request, response, await resultOf(form), {
    mergeWithLastSubmission: true,
  });

  async function resultOf(answer: URLSearchParams): Promise<InteractionResults> {
    if (answer.get('answer') === 'cancel')
      return { error: 'access_denied', error_description: 'Somebody has cancelled' };
    if (prompt.name === 'login') return { login: { accountId: answer.get('name') ?? '' } };
    const grant = new provider.Grant({
      accountId: session?.accountId ?? '',
      clientId: String(params['client_id']),
    });
    grant.addOIDCScope(String(params['scope']));
    return { consent: { grantId: await grant.save() } };
  }
}

function pageOf(prompt: string): string {
  return `<!doctype html>
    <html lang="en">
      <link rel="icon" href="data:,">
      <title>The provider</title>
      <form method="post">
        ${prompt === 'login' ? '<label>Name <input name="name"></label>' : ''}
        <button name="answer" value="continue">${prompt === 'login' ? 'Continue' : 'Allow'}</button>
        <button name="answer" value="cancel">Cancel</button>
      </form>
    </html>`;
}
