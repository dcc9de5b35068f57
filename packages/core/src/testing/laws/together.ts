/** Sends both verbs before either is answered: `a` first, or `b` first if `swapped`. */
export function together<A, B>(a: () => Promise<A>, b: () => Promise<B>, swapped: boolean): Promise<[A, B]> {
  if (!swapped) return Promise.all([a(), b()]);
  const second = b();
  return Promise.all([a(), second]);
}
