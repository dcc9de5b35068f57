/**
 * How many elements a second so many callers get through together, each with one call under way at a time. A call says
 * how many elements it had.
 */
export async function perSecond(
  callers: number,
  durationMs: number,
  call: (caller: number) => Promise<number>,
): Promise<number> {
  const startMs = performance.now();
  let elements = 0;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      while (performance.now() - startMs < durationMs) {
        // Not `elements += await ...`: that reads the sum before it waits, and loses what others add meanwhile.
        const done = await call(caller);
        elements += done;
      }
    }),
  );
  return (elements * 1_000) / (performance.now() - startMs);
}
