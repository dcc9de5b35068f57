import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../tests/helpers/lifetime.js';
import { readMigrations, shippedMigrations } from '../src/migrate/migration-files.js';
import { pendingMigrations } from '../src/migrate/recorded-migrations.js';

function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = join(temporaryDirectory(), 'migrations');
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

describe('the files of migrations', () => {
  it('are read in the order of their numbers, and say whether they break', () => {
    const directory = directoryOf({
      '0010-third.sql': '-- breaking: true\nselect 3;',
      '0002-second.sql': '-- breaking: false\nselect 2;',
      '0001-first.sql': '-- breaking: true\nselect 1;',
      'README.md': 'not one of them',
    });
    expect(readMigrations(directory)).toEqual([
      { version: 1, name: 'first', breaking: true, text: '-- breaking: true\nselect 1;' },
      { version: 2, name: 'second', breaking: false, text: '-- breaking: false\nselect 2;' },
      { version: 10, name: 'third', breaking: true, text: '-- breaking: true\nselect 3;' },
    ]);
  });

  it.each([
    ['a name without a number', { 'first.sql': '-- breaking: true\n' }, 'first.sql must be named as'],
    ['no word on breaking', { '0001-first.sql': 'select 1;' }, '0001-first.sql must begin with'],
    [
      'a number twice',
      { '0001-a.sql': '-- breaking: true\n', '0001-b.sql': '-- breaking: true\n' },
      'migration 1 is both a and b',
    ],
  ])('are refused: %s', (_, files, message) => {
    expect(() => readMigrations(directoryOf(files))).toThrow(message);
  });

  it('ship with the package', () => {
    const [first] = shippedMigrations();
    expect(first).toMatchObject({ version: 1, breaking: true });
    expect(first?.text).toContain('"$schema"');
  });
});

describe('what a schema lacks', () => {
  const first = { version: 1, name: 'first', breaking: true };
  const second = { version: 2, name: 'second', breaking: false };
  const third = { version: 3, name: 'third', breaking: true };
  const shipped = [first, second].map((migration) => ({ ...migration, text: 'select 1' }));
  const pending = (...recorded: (typeof first)[]) =>
    pendingMigrations(shipped, recorded, 'leases').map(({ version }) => version);

  it('is what it has not recorded', () => {
    expect(pending()).toEqual([1, 2]);
    expect(pending(first)).toEqual([2]);
    expect(pending(first, second)).toEqual([]);
  });

  it('F16: may be less than nothing, as long as the newer ones do not break', () => {
    expect(pending(first, second, { ...third, breaking: false })).toEqual([]);
    expect(() => pending(first, second, third)).toThrow(
      'schema leases was upgraded by a newer version of Lease (migration 3 "third"), which this version cannot work with',
    );
  });

  it('is not asked of a schema that is not ours', () => {
    expect(() => pending({ ...first, name: 'users' })).toThrow('it belongs to another application');
  });
});
