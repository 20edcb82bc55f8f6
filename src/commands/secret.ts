import type { Command } from 'commander';
import { encodeId } from '../graphql/ids.ts';
import { findFingerprintKeys } from '../platform/config/keys.ts';
import { describeFailure } from '../platform/process/describe-failure.ts';
import { createReader } from '../reader.db.ts';
import { createIdentifySecret } from '../sessions/identify-secret.db.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { EXIT } from './exit-code.ts';
import { identifyFromShell } from './identify-secret.ts';
import { InterruptedError } from './interrupt.ts';
import { readSecret } from './read-secret.ts';
import { printJson, say } from './terminal.ts';
import { withMigratedDatabase } from './with-database.ts';

/** `gatehouse secret identify` */
export function secretCommand(): Command {
  const secret = commandGroup('secret', 'Client secrets that were found where they should not be.');
  secret
    .command('identify')
    .description(
      'Say whose a leaked client secret is. It is read from standard input, one line, and kept nowhere.',
    )
    .addHelpText(
      'after',
      helpEnd(
        ['secret identify < found.txt'],
        'Exit code 0: found; its session is printed as JSON. 1: no session has it. 2: it could not be looked for.\nEach look-up is audited, found or not.',
      ),
    )
    // Refused in words of our own: those of the parser repeat what was typed.
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async (_options: unknown, command: Command) => {
      try {
        const read = await readSecret(process.stdin, command.args);
        if (read.kind === 'refused') {
          say(`${read.why} For example: gatehouse secret identify < found.txt`);
          process.exitCode = EXIT.usage;
          return;
        }
        await withMigratedDatabase(['fingerprintKeys'], async (database, config) => {
          const found = await identifyFromShell(read.secret, {
            reader: createReader(database, { reach: 'EVERYTHING' }),
            identify: createIdentifySecret(database.pool),
            keys: await findFingerprintKeys(config),
          });
          if (found === null) {
            say(
              'No session has it: it was not issued here, or its month was dropped, or its fingerprint key is gone.',
            );
            process.exitCode = EXIT.refused;
            return;
          }
          const { sessionId, ...rest } = found;
          const shown = { id: encodeId('RealtimeSession', sessionId), ...rest };
          printJson(shown);
        });
      } catch (error) {
        if (error instanceof InterruptedError) throw error;
        say(`The secret could not be looked for. ${describeFailure(error)}`);
        process.exitCode = EXIT.usage;
      }
    });
  return secret;
}
