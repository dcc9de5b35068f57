/**
 * Passes a batch on in runs that name each key once, as the SQL functions want it, one run after the other: so a command
 * that names a key again finds what the earlier ones did, as if each had been sent alone. Mostly there is one run.
 *
 * A thousand times the same id is a thousand calls: 790 ms where a thousand ids take 40. Creates and releases need that
 * order, for those of one object under different ids tell each other's answers: a create that was refused for the owner's
 * cleanup is taken once the owner has replaced it. For commands that do not, see {@link inRounds}.
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

/**
 * The same for commands that take no notice of those under other keys, and so may be put before them: the first naming of
 * every key, then the second ones, and so on. There are as many calls as the most named key has namings, and no more.
 */
export async function inRounds<Command, Result>(
  commands: readonly Command[],
  keyOf: (command: Command) => string,
  call: (round: readonly Command[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const namings = new Map<string, number>();
  const rounds: { readonly index: number; readonly command: Command }[][] = [];
  for (const [index, command] of commands.entries()) {
    const key = keyOf(command);
    const earlier = namings.get(key) ?? 0;
    namings.set(key, earlier + 1);
    (rounds[earlier] ??= []).push({ index, command });
  }
  const results: Result[] = [];
  for (const round of rounds) {
    const answers = await call(round.map(({ command }) => command));
    for (const [at, answer] of answers.entries()) {
      const index = round[at]?.index;
      if (index === undefined) throw new Error('more was answered than asked');
      results[index] = answer;
    }
  }
  return results;
}
