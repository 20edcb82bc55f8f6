import { startFakeCalls } from '../../test/support/fake-calls.ts';
import { serveParent } from '../channel.ts';

// The provider's calls: they consist of nothing but their side channels, and nobody speaks.

const fake = await startFakeCalls();
serveParent({ url: fake.url }, async () => ({
  watched: fake.calls.filter(({ status, sideChannels }) => status === 'live' && sideChannels.length === 1)
    .length,
  attaches: fake.calls.reduce((sum, { attaches }) => sum + attaches, 0),
}));
