import { fetchToken, GatehouseError } from 'gatehouse-client';

const mint = fetchToken('/api/token');
const button = document.querySelector('button');
const status = document.querySelector('[role=status]');

/** The secret is handed over here, and kept nowhere. */
function connect(token: string, url: string): WebSocket {
  return new WebSocket(url, ['realtime', `openai-insecure-api-key.${token}`]);
}

async function talk(): Promise<string> {
  try {
    const { token, url, expiresAt } = await mint();
    // A secret of the sandbox opens nothing.
    if (url !== undefined && !url.startsWith('wss://sandbox.invalid/')) connect(token, url);
    const seconds = Math.round(expiresAt - Date.now() / 1000);
    const time = new Date(expiresAt * 1000).toLocaleTimeString();
    return `A client secret was minted. It expires at ${time}, in ${seconds} seconds.`;
  } catch (error) {
    return error instanceof GatehouseError ? error.message : 'Something went wrong.';
  }
}

button?.addEventListener('click', async () => {
  button.disabled = true;
  const text = await talk();
  if (status !== null) status.textContent = text;
  button.disabled = false;
});
