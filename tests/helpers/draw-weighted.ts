import type { Random } from '@lease/core';

/** One of several, each as often as it weighs. */
export function drawWeighted<T extends { readonly weight: number }>(
  random: Random,
  [first, ...others]: readonly [T, ...T[]],
): T {
  const sum = others.reduce((total, { weight }) => total + weight, first.weight);
  let left = random.next() * sum - first.weight;
  if (left < 0) return first;
  return others.find(({ weight }) => (left -= weight) < 0) ?? first;
}
