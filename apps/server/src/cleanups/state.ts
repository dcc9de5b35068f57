import type { CollectionState, PauseReason } from '@lease/client';
import type { Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import { printable } from '../printable.js';
import type { Shell } from './shell.js';

interface Flags extends ConnectionFlags {
  readonly json?: true;
}

export function addState(parent: Command, shell: Shell): void {
  const command = parent
    .command('state')
    .description('say whether leases expire and cleanups run, and if not, why not')
    .option('--json', 'one JSON document; instants in ISO 8601');
  addConnectionOptions(command).action(async (flags: Flags) => {
    await withAdmin(flags, shell, async (admin) => {
      tellState(await admin.collectionState(), flags, shell);
      return EXIT.ok;
    });
  });
}

const EFFECTS: Readonly<Record<PauseReason, string>> = {
  GAP: 'nothing expires: no replica swept for a while',
  BRAKE: 'nothing that was ever renewed expires: too many holders vanished at once',
  OPERATOR: 'nothing expires and nothing is collected: an operator said so',
};

/** What holds now. */
export function tellState(state: CollectionState, { json }: { readonly json?: true }, shell: Shell): void {
  if (json) {
    shell.out(`${JSON.stringify(state)}\n`);
    return;
  }
  const { pauses, lastSweepTime } = state;
  for (const { reason, until, note } of pauses)
    shell.out(
      `paused until ${until.toISOString()}, ${EFFECTS[reason]}${note === '' ? '' : ` (${printable(note)})`}\n`,
    );
  if (pauses.length === 0) shell.out('collection goes on\n');
  shell.out(`last sweep: ${lastSweepTime?.toISOString() ?? 'never'}\n`);
}
