/** ` (did you mean X?)` if one of the candidates is so close that it was most likely meant; else nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const wanted = skeleton(word);
  const allowed = wanted.length < 6 ? 1 : 2;
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(wanted, skeleton(candidate)) }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best === undefined ? '' : ` (did you mean ${best.candidate}?)`;
}

/** `minTtl`, `MIN_TTL` and `--min-ttl` are spellings of one name. Cut, since the work grows with the length. */
function skeleton(word: string): string {
  return word.slice(0, 64).toLowerCase().replace(/[-_]/g, '');
}

/** Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, at(beforeLast, j - 2) + 1);
      row.push(edits);
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
