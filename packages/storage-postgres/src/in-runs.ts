/**
 * Passes a batch on in runs that name each key once, as the SQL functions want it, one run after the other: so a command
 * that names a key again finds what the earlier ones did, as if each had been sent alone. Mostly there is one run.
 */
export async function inRuns<Command, Result>(
  commands: readonly Command[],
  keyOf: (command: Command) => string,
  call: (run: readonly Command[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const named = new Set<string>();
  let start = 0;
  for (const [index, command] of commands.entries()) {
    const key = keyOf(command);
    if (named.has(key)) {
      results.push(...(await call(commands.slice(start, index))));
      start = index;
      named.clear();
    }
    named.add(key);
  }
  if (start === 0) return commands.length === 0 ? results : call(commands);
  results.push(...(await call(commands.slice(start))));
  return results;
}
