import type { Config } from '../../platform/config/config.ts';

/** Where browsers send the SDP offers of BROKERED sessions. */
export const CALLS_PATH = '/realtime/calls';

/**
 * The absolute URL of that path. Null: nobody has said where browsers reach this gateway.
 * @param listeningUrl where it listens, which is where browsers reach it when everything is on one machine
 */
export function callUrlOf(
  { publicUrl, database }: Pick<Config, 'publicUrl' | 'database'>,
  listeningUrl: string | null,
): string | null {
  const base = publicUrl ?? (database.kind === 'embedded' ? listeningUrl : null);
  return base === null ? null : `${base.replace(/\/+$/, '')}${CALLS_PATH}`;
}
