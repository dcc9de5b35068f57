import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory } from '../src/make-directory.js';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lease-directory-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

describe('makeDirectory', () => {
  it('makes what is missing, for this user alone', () => {
    makeDirectory(join(base, 'a', 'b', 'c'));
    for (const path of ['a', 'a/b', 'a/b/c']) expect(statSync(join(base, path)).mode & 0o777).toBe(0o700);
  });

  it('is content with what is there', () => {
    makeDirectory(join(base, 'a'));
    makeDirectory(join(base, 'a'));
    makeDirectory('/');
    expect(statSync(join(base, 'a')).isDirectory()).toBe(true);
  });

  it('says that a file is in the way', () => {
    writeFileSync(join(base, 'file'), '');
    expect(() => makeDirectory(join(base, 'file'))).toThrow(
      /file cannot be made: it is there, and no directory/,
    );
    expect(() => makeDirectory(join(base, 'file', 'a'))).toThrow(/cannot be made: ENOTDIR \(--data-dir\)/);
  });

  it.runIf(process.platform === 'linux')('does not try for ever where nothing can be made', () => {
    expect(() => makeDirectory('/proc/lease/data')).toThrow(/\/proc\/lease cannot be made: ENOENT/);
  });
});
