/* eslint-disable no-restricted-globals -- the one place in tests that hands control to the event loop */

/** Rounds of the event loop, so that work which itself waits for a round (a group commit) is done as well. */
const ROUNDS = 4;

/** Resolves when every promise chain that can go on without time passing has gone on. */
export async function turn(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
