import { type CleanupResult, PartlyDoneError } from '@lease/client';
import { EXIT } from '../exit-code.js';
import { printable } from '../printable.js';
import type { Shell } from './shell.js';

interface Telling {
  readonly deed: 'retried' | 'forgotten';
  readonly json: boolean;
}

/** Does something to the cleanups that were named and tells what became of each, also if it fails half-way: then it rejects. */
export async function actAndTell(
  cleanupIds: readonly string[],
  act: (cleanupIds: readonly string[]) => Promise<readonly CleanupResult[]>,
  telling: Telling,
  shell: Shell,
): Promise<number> {
  try {
    return tellResults(await act(cleanupIds), telling, shell);
  } catch (error) {
    if (error instanceof PartlyDoneError) {
      tellResults(error.results, telling, shell);
      shell.err(`only the first ${error.results.length} of ${cleanupIds.length} were answered\n`);
    }
    throw error;
  }
}

/** The refused ones by their ids, on stderr. Returns what to exit with. */
function tellResults(results: readonly CleanupResult[], { deed, json }: Telling, shell: Shell): number {
  const refused = results.filter(({ error }) => error !== undefined);
  if (json) {
    const told = results.map(({ cleanupId, error }) => ({
      cleanupId,
      ...(error && { error: { reason: error.reason, message: error.message } }),
    }));
    shell.out(`${JSON.stringify({ results: told })}\n`);
  } else {
    shell.out(`${results.length - refused.length} ${deed}\n`);
  }
  for (const { cleanupId, error } of refused)
    shell.err(`error: ${cleanupId}: ${printable(error?.message ?? '')}\n`);
  return refused.length > 0 ? EXIT.refused : EXIT.ok;
}
