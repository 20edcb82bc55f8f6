import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { createGatehouse } from 'gatehouse-client';
import { mintFrom, realtimeAgentsOptions, reportUsageFrom } from 'gatehouse-client/agents';

const {
  GATEHOUSE_URL = 'http://127.0.0.1:4000/graphql',
  GATEHOUSE_KEY = '',
  REALTIME_BASE_URL,
} = process.env;
const model = 'gpt-realtime-2.1';

const gatehouse = createGatehouse({ url: GATEHOUSE_URL, auth: GATEHOUSE_KEY });
const mint = mintFrom(gatehouse, { externalUserId: 'demo', model, expiresAfterSeconds: 60 });
// The SDK knows where OpenAI is; another provider has to be named.
const options =
  REALTIME_BASE_URL === undefined
    ? realtimeAgentsOptions({ mint })
    : realtimeAgentsOptions({ mint, baseUrl: REALTIME_BASE_URL, transport: 'websocket', model });

const agent = new RealtimeAgent({ name: 'Greeter', instructions: 'Be brief.' });
const session = new RealtimeSession(agent, {
  transport: 'websocket',
  model,
  config: { outputModalities: ['text'] },
});
const usage = reportUsageFrom(session, {
  report: (input) => gatehouse.reportUsage(input),
  sessionId: options.sessionId,
});
const answer = new Promise<string>((resolve) =>
  session.on('agent_end', (_context, _agent, output) => resolve(output)),
);

await session.connect(options);
session.sendMessage('Hello!');
console.log(`The agent said: ${await answer}`);
session.close();
const { reported, unreported } = await usage.flush();
console.log(`Usage of ${reported} responses was reported, of ${unreported.length} not.`);
