import type { CleanupResult } from '@lease/client';
import { EXIT } from '../exit-code.js';
import { printable } from '../printable.js';
import type { Shell } from './shell.js';

/** Tells what became of each cleanup that was named: the refused ones by their ids, on stderr. Returns what to exit with. */
export function tellResults(
  results: readonly CleanupResult[],
  { deed, json }: { readonly deed: 'retried' | 'forgotten'; readonly json: boolean },
  shell: Shell,
): number {
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
