import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteBeneath } from '../src/delete-beneath.js';

let top: string;
let root: string;

/**
 * top/root/a.txt, top/root/sub/b.txt       to be deleted
 * top/outside/secret.txt                   never to be deleted
 * top/root-2/twin.txt                      a neighbour whose name begins like the root's
 */
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'delete-beneath-')));
  root = join(top, 'root');
  for (const file of ['root/a.txt', 'root/sub/b.txt', 'outside/secret.txt', 'root-2/twin.txt']) {
    mkdirSync(join(top, file, '..'), { recursive: true });
    writeFileSync(join(top, file), 'x');
  }
  symlinkSync(join(top, 'outside'), join(root, 'way-out'));
  symlinkSync(join(top, 'outside', 'secret.txt'), join(root, 'to-secret'));
  symlinkSync(join(root, 'sub'), join(root, 'way-in'));
  symlinkSync(join(root, 'loop'), join(root, 'loop'));
  symlinkSync(join(top, 'nowhere'), join(root, 'dangling'));
  symlinkSync(root, join(top, 'root-by-link'));
});

afterEach(() => {
  rmSync(top, { recursive: true });
});

describe('beneath the root', () => {
  it.each(['a.txt', './a.txt', 'sub/b.txt', 'sub//b.txt', 'way-in/b.txt'])('deletes %s', async (path) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(await deleteBeneath(root, path)).toEqual({ outcome: 'deleted' });
    expect(existsSync(join(root, path))).toBe(false);
  });

  it('deletes by an absolute path', async () => {
    expect(await deleteBeneath(root, join(root, 'sub/b.txt'))).toEqual({ outcome: 'deleted' });
  });

  it('deletes if the root itself is named by a link', async () => {
    expect(await deleteBeneath(join(top, 'root-by-link'), join(root, 'a.txt'))).toEqual({
      outcome: 'deleted',
    });
    const byLink = join(top, 'root-by-link/sub/b.txt');
    expect(await deleteBeneath(join(top, 'root-by-link'), byLink)).toEqual({ outcome: 'deleted' });
  });

  it.each(['none.txt', 'no/such/dir/x', 'a.txt/x', 'dangling/x'])('finds %s missing', async (path) => {
    expect(await deleteBeneath(root, path)).toEqual({ outcome: 'missing' });
  });

  it.each(['to-secret', 'dangling', 'loop'])('deletes the link %s, not what it points to', async (path) => {
    expect(await deleteBeneath(root, path)).toEqual({ outcome: 'deleted' });
    expect(lstatSync(join(root, path), { throwIfNoEntry: false })).toBeUndefined();
    expect(existsSync(join(top, 'outside/secret.txt'))).toBe(true);
  });

  it('finds a file missing the second time', async () => {
    await deleteBeneath(root, 'a.txt');
    expect(await deleteBeneath(root, 'a.txt')).toEqual({ outcome: 'missing' });
  });
});

describe('outside the root, and what is no file', () => {
  it.each([
    ['..', 'holds ..'],
    ['../outside/secret.txt', 'holds ..'],
    ['sub/../../outside/secret.txt', 'holds ..'],
    ['way-in/../a.txt', 'holds ..'],
    ['/etc/hostname', 'leads out'],
    ['/no/such/place', 'leads out'],
    ['TOP/outside/secret.txt', 'leads out'],
    ['TOP/root-2/twin.txt', 'leads out'],
    ['TOP/root', 'leads out'],
    ['TOP', 'leads out'],
    ['/', 'names a directory'],
    ['way-out/secret.txt', 'leads out'],
    ['way-out/none.txt', 'leads out'],
    ['TOP/root/way-out/secret.txt', 'leads out'],
    ['loop/x', 'in circles'],
    ['', 'names a directory'],
    ['.', 'names a directory'],
    ['sub', 'names a directory'],
    ['sub/', 'names a directory'],
    ['a.txt/', 'names a directory'],
    ['sub/.', 'names a directory'],
    ['a.txt\0', 'NUL'],
    ['\0', 'NUL'],
    ['x'.repeat(300), 'too long'],
  ])('refuses %j', async (path, why) => {
    const result = await deleteBeneath(root, path.replace('TOP', top));
    expect(result).toEqual({ outcome: 'refused', why: expect.stringContaining(why) as unknown });
    for (const file of ['root/a.txt', 'root/sub/b.txt', 'outside/secret.txt', 'root-2/twin.txt']) {
      expect(existsSync(join(top, file))).toBe(true);
    }
  });

  it('deletes a link to a directory, and nothing in it', async () => {
    expect(await deleteBeneath(root, 'way-out')).toEqual({ outcome: 'deleted' });
    expect(existsSync(join(top, 'outside/secret.txt'))).toBe(true);
  });

  it('throws what another attempt may mend: the root is not there', async () => {
    await expect(deleteBeneath(join(top, 'none'), 'a.txt')).rejects.toThrow('ENOENT');
  });
});
