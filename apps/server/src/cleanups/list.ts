import type { Cleanup, CleanupState } from '@lease/client';
import { type Command, Option } from 'commander';
import { EXIT } from '../exit-code.js';
import { choiceArgument, countArgument, spelled } from './arguments.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import { addFilterOptions, filterOf, type FilterFlags } from './filters.js';
import type { Shell } from './shell.js';
import { table } from './table.js';

/** `PENDING`: whatever is not finished. */
const STATES: readonly (CleanupState | 'PENDING')[] = [
  'ABANDONED',
  'DUE',
  'CLAIMED',
  'PENDING',
  'COLLECTED',
  'REVIVED',
  'FORGOTTEN',
];

interface Flags extends FilterFlags, ConnectionFlags {
  readonly state: (typeof STATES)[number];
  readonly limit: number;
  readonly json?: true;
}

const TITLES = ['CLEANUP', 'STATE', 'REASON', 'SERVICE', 'OBJECT', 'ENDPOINT', 'ATTEMPTS', 'SINCE', 'DETAIL'];

export function addList(parent: Command, shell: Shell): void {
  const command = parent.command('list').description('list cleanups, by default those that were abandoned');
  addFilterOptions(command)
    .addOption(
      new Option(
        '--state <state>',
        `those in this state: ${STATES.map(spelled).join(', ')}; pending: not finished`,
      )
        .argParser(choiceArgument(STATES))
        .default('ABANDONED', 'abandoned'),
    )
    .addOption(
      new Option('--limit <count>', 'at most so many')
        .argParser(countArgument(1, 1_000_000, 'cleanups'))
        .default(100),
    )
    .option('--json', 'JSON lines, one for each cleanup; instants in ISO 8601');
  addConnectionOptions(command).action(async (flags: Flags) => {
    await withAdmin(flags, shell, async (admin) => {
      const { state, limit } = flags;
      const filter = { ...filterOf(flags), ...(state !== 'PENDING' && { state }) };
      const found: Cleanup[] = [];
      let count = 0;
      // One more than are shown, to know whether there are more.
      for await (const cleanup of admin.list({ ...filter, pageSize: Math.min(limit + 1, 1_000) })) {
        count += 1;
        if (count > limit) break;
        if (flags.json) shell.out(`${JSON.stringify(cleanup)}\n`);
        else found.push(cleanup);
      }
      if (!flags.json && found.length > 0) shell.out(table(TITLES, found.map(rowOf), shell.terminal.columns));
      if (count === 0) shell.err('no cleanup matches\n');
      if (count > limit) shell.err(`there are more than ${limit}: see --limit\n`);
      return EXIT.ok;
    });
  });
}

function rowOf(cleanup: Cleanup): readonly string[] {
  const { object, endTime, dueTime } = cleanup;
  return [
    cleanup.cleanupId,
    spelled(cleanup.state),
    cleanup.abandonReason === undefined ? '-' : spelled(cleanup.abandonReason),
    cleanup.serviceId,
    `${object.type}/${object.id}`,
    cleanup.endpoint,
    String(cleanup.attempts),
    (endTime ?? dueTime).toISOString(),
    cleanup.lastDetail,
  ];
}
