import { type Command, Option } from 'commander';
import { EXIT } from '../exit-code.js';
import { durationArgument } from './arguments.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import type { Shell } from './shell.js';
import { tellState } from './state.js';

interface Flags extends ConnectionFlags {
  readonly for: number;
  readonly note?: string;
  readonly json?: true;
}

export function addPause(parent: Command, shell: Shell): void {
  const command = parent
    .command('pause')
    .description('stop expiry and collection at all replicas for a while; replaces an earlier pause')
    .addOption(
      new Option('--for <duration>', 'for how long, 1s to 168h')
        .argParser(durationArgument('1s', '168h'))
        .makeOptionMandatory(),
    )
    .option('--note <text>', 'why, for other operators; at most 256 bytes')
    .option('--json', 'one JSON document: what holds now');
  addConnectionOptions(command).action(async (flags: Flags) => {
    await withAdmin(flags, shell, async (admin) => {
      const { for: forMs, note } = flags;
      tellState(await admin.pause({ forMs, ...(note !== undefined && { note }) }), flags, shell);
      return EXIT.ok;
    });
  });
}
