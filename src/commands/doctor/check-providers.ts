import type { Config } from '../../platform/config/config.ts';
import { MAX_SKEW_SECONDS } from '../../platform/database/clock-skew.ts';
import { openProviders } from '../../providers/open-providers.ts';
import type { Probe } from '../../providers/probe-upstream.ts';
import type { ProviderSettings } from '../../providers/registry.ts';
import { type Check, fail, failed, ok, warn } from './check.ts';

/** Whether each provider can be reached, and what its clock says. Nothing is minted, and no credential sent. */
export async function* checkProviders(config: Config & ProviderSettings): AsyncGenerator<Check> {
  try {
    const providers = await openProviders(config);
    try {
      for (const { name, isSandbox, probe } of providers) {
        const probed = await probe();
        yield isSandbox ? sandbox(name) : reached(`provider ${name}`, probed);
        if (probed.kind === 'answered' && probed.aheadSeconds !== null)
          yield clock(`clock of ${name}`, probed.aheadSeconds);
      }
    } finally {
      for (const provider of providers) await provider.close();
    }
  } catch (error) {
    yield failed('provider', error);
  }
}

function sandbox(name: string): Check {
  return warn(
    `provider ${name}`,
    'its client secrets open nothing.',
    'Set OPENAI_API_KEY, or the variables of another provider, for real ones.',
  );
}

function reached(name: string, probe: Probe): Check {
  switch (probe.kind) {
    case 'answered':
      return probe.status < 500
        ? ok(
            name,
            `reached: it answers a GET without credentials with ${probe.status}. Only a mint shows whether it takes the key.`,
          )
        : warn(
            name,
            `reached, and it answers a GET with ${probe.status}.`,
            'See the status page of the provider.',
          );
    case 'unsent':
      return probe.reason === 'unreachable'
        ? fail(
            name,
            'it cannot be reached.',
            'Check its base URL, the network, NODE_EXTRA_CA_CERTS, and HTTPS_PROXY.',
          )
        : fail(name, 'the proxy refuses.', 'Check HTTPS_PROXY and NO_PROXY.');
    case 'unanswered':
      return fail(
        name,
        probe.ending === 'timed_out'
          ? 'it did not answer in time.'
          : `its answer could not be read (${probe.ending}).`,
        'Check its base URL and the network; GATEHOUSE_UPSTREAM_TIMEOUT_MS is the time that it has.',
      );
    default:
      return probe satisfies never;
  }
}

function clock(name: string, aheadSeconds: number): Check {
  return Math.abs(aheadSeconds) <= MAX_SKEW_SECONDS
    ? ok(name, "agrees with this machine's to a minute.")
    : warn(
        name,
        `is ${Math.abs(aheadSeconds)} seconds ${aheadSeconds > 0 ? 'ahead of' : 'behind'} this machine's: secrets expire at other times than they say.`,
        "Set this machine's clock right (NTP).",
      );
}
