import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/workspace.mjs';

const dist = join(root, 'packages', 'core', 'dist');

/** Every module outside of the package that a built file imports, itself or through its chunks. */
function imports(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const specifiers = [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export|\} from)\b[^'"\n]*["']([^"']+)["']/gm),
  ];
  return specifiers
    .map(([, specifier]) => specifier ?? '')
    .flatMap((specifier) =>
      specifier.startsWith('.') ? imports(join(dirname(file), specifier), seen) : [specifier],
    );
}

test.each(['index.js', 'serial-store.js', 'testing.js'])(
  'the built %s of the core imports nothing',
  (entry) => {
    expect(imports(join(dist, entry))).toEqual([]);
  },
);

test('the built http.js of the core imports Node and nothing else', () => {
  const found = imports(join(dist, 'http.js'));

  expect(found).toContain('node:http');
  expect(found.filter((specifier) => !specifier.startsWith('node:'))).toEqual([]);
});
