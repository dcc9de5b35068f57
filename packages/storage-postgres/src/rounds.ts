/**
 * Answers a batch as if its elements ran one after another, by calls whose elements have different keys. An element that
 * repeats a key goes into the call after the one that holds the key before it; mostly there is one call.
 */
export async function inRounds<Command, Result>(
  commands: readonly Command[],
  keyOf: (command: Command) => string,
  call: (commands: readonly Command[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const round of roundsOf(commands.map(keyOf))) {
    const answers = await call(round.flatMap((index) => commands[index] ?? []));
    if (answers.length !== round.length)
      throw new Error(`${String(answers.length)} answers to ${String(round.length)} commands`);
    answers.forEach((answer, at) => (results[round[at] ?? 0] = answer));
  }
  return results;
}

/** The indices of the keys: in each round every key once, the first occurrences in the first round. */
function roundsOf(keys: readonly string[]): readonly (readonly number[])[] {
  const rounds: number[][] = [];
  const seen = new Map<string, number>();
  keys.forEach((key, index) => {
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    (rounds[round] ??= []).push(index);
  });
  return rounds;
}
