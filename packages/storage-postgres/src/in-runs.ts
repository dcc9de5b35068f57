/**
 * Passes a batch on in runs that name each lease once, as the SQL functions want it, one run after the other: so a lease
 * that is named again finds what the earlier elements did, as if each had been sent alone. Mostly there is one run.
 */
export async function inRuns<Command extends { readonly leaseId: string }, Result>(
  commands: readonly Command[],
  call: (run: readonly Command[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const named = new Set<string>();
  let start = 0;
  for (const [index, { leaseId }] of commands.entries()) {
    if (named.has(leaseId)) {
      results.push(...(await call(commands.slice(start, index))));
      start = index;
      named.clear();
    }
    named.add(leaseId);
  }
  if (start === 0) return commands.length === 0 ? results : call(commands);
  results.push(...(await call(commands.slice(start))));
  return results;
}
