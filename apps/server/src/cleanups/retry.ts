import type { CleanupAdminClient, RetryProgress } from '@lease/client';
import { type Command, Option } from 'commander';
import { EXIT } from '../exit-code.js';
import { countArgument, durationArgument } from './arguments.js';
import { addConnectionOptions, type ConnectionFlags, withAdmin } from './connection.js';
import { addFilterOptions, filterOf, type FilterFlags } from './filters.js';
import { actAndTell } from './results.js';
import type { Shell } from './shell.js';

interface Flags extends FilterFlags, ConnectionFlags {
  readonly all?: true;
  readonly stagger?: number;
  readonly limit?: number;
  readonly json?: true;
}

export function addRetry(parent: Command, shell: Shell): void {
  const command = parent
    .command('retry')
    .description('give abandoned cleanups a fresh budget: those named, or all that match')
    .argument('[id...]', 'these')
    .option('--all', 'all that match, each once; without a filter, all that are abandoned');
  addFilterOptions(command)
    .addOption(
      new Option(
        '--stagger <duration>',
        'spread the first attempts evenly over this time, so that a mended endpoint is not run down (default 0ms)',
      ).argParser(durationArgument('0ms', '24h')),
    )
    .addOption(
      new Option('--limit <count>', 'with --all: at most so many').argParser(
        countArgument(1, 1_000, 'cleanups'),
      ),
    )
    .option('--json', 'one JSON document: results, or with --all retried and skipped');
  addConnectionOptions(command).action(async (ids: readonly string[], flags: Flags) => {
    const flaw = flawOf(ids, flags);
    if (flaw !== undefined) {
      shell.err(`error: ${flaw}\n`);
      shell.exit(EXIT.config);
      return;
    }
    await withAdmin(flags, shell, (admin) =>
      flags.all ? retryAll(admin, flags, shell) : retryNamed(admin, ids, flags, shell),
    );
  });
}

function flawOf(ids: readonly string[], flags: Flags): string | undefined {
  if (flags.all) return ids.length > 0 ? 'ids and --all are both given: give one of the two' : undefined;
  if (ids.length === 0) return 'give the ids of cleanups, or --all';
  const filters = Object.keys(filterOf(flags)).length > 0 || flags.limit !== undefined;
  return filters ? 'filters and --limit go with --all, not with ids' : undefined;
}

function retryNamed(
  admin: CleanupAdminClient,
  cleanupIds: readonly string[],
  { stagger, json }: Flags,
  shell: Shell,
): Promise<number> {
  const pace = stagger === undefined ? {} : { staggerMs: stagger };
  const retry = async (ids: readonly string[]) => (await admin.retry({ cleanupIds: ids, ...pace })).results;
  return actAndTell(cleanupIds, retry, { deed: 'retried', json: json ?? false }, shell);
}

async function retryAll(admin: CleanupAdminClient, flags: Flags, shell: Shell): Promise<number> {
  const { stagger, limit } = flags;
  const filter = filterOf(flags);
  const pace = stagger === undefined ? {} : { staggerMs: stagger };
  if (limit !== undefined) {
    const { results } = await admin.retry({ filter, limit, ...pace });
    tellProgress({ retried: results.length, skipped: 0 }, flags, shell);
    return EXIT.ok;
  }
  let soFar: RetryProgress | undefined;
  const onProgress = (progress: RetryProgress) => {
    soFar = progress;
    if (shell.terminal.progress) shell.err(`\r${progress.retried} retried ...`);
  };
  // The line that was written over is wiped.
  const wipe = () => {
    if (shell.terminal.progress) shell.err('\r\u001b[K');
  };
  try {
    const progress = await admin.retryAll(filter, { ...pace, onProgress });
    wipe();
    tellProgress(progress, flags, shell);
    return EXIT.ok;
  } catch (error) {
    wipe();
    if (soFar !== undefined) {
      tellProgress(soFar, flags, shell);
      shell.err('these may not be all: call it again for the others\n');
    }
    throw error;
  }
}

function tellProgress(progress: RetryProgress, { json }: Flags, shell: Shell): void {
  const { retried, skipped } = progress;
  if (json) shell.out(`${JSON.stringify(progress)}\n`);
  else shell.out(`${retried} retried\n`);
  if (skipped > 0)
    shell.err(`${skipped} were abandoned no more: another operator or a new lease was faster\n`);
}
