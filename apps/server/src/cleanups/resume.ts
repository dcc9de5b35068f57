import type { Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import type { Shell } from './shell.js';
import { tellState } from './state.js';

interface Flags extends ConnectionFlags {
  readonly json?: true;
}

export function addResume(parent: Command, shell: Shell): void {
  const command = parent
    .command('resume')
    .description('end every pause in force')
    .option('--json', 'one JSON document: what holds now');
  addConnectionOptions(command).action(async (flags: Flags) => {
    await withAdmin(flags, shell, async (admin) => {
      tellState(await admin.resume(), flags, shell);
      return EXIT.ok;
    });
  });
}
