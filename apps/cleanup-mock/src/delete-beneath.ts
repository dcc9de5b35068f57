import { lstat, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** `refused`: no retry can make this a file beneath the root. Anything else that goes wrong is thrown. */
export type Deletion =
  { readonly outcome: 'deleted' | 'missing' } | { readonly outcome: 'refused'; readonly why: string };

const refused = (why: string): Deletion => ({ outcome: 'refused', why });

/**
 * Deletes one file beneath a directory, and nothing outside it. A symbolic link is deleted itself; where it points stays.
 *
 * What counts is where the file's directory really is: `inside/link/x` is outside if `link` points there. Between that look
 * and the deletion somebody who may write beneath the root could still swap a directory for a link; the root is trusted
 * that far.
 *
 * @param root an existing directory
 * @param path absolute, or relative to the root
 */
export async function deleteBeneath(root: string, path: string): Promise<Deletion> {
  if (path.includes('\0')) return refused('the path holds a NUL');
  const segments = path.split(sep);
  // `..` after a link means one thing to the kernel and another to path.resolve(): nobody needs it here.
  if (segments.includes('..')) return refused('the path holds ..');
  if (['', '.'].includes(segments.at(-1) ?? '')) return refused('the path names a directory');

  const realRoot = await realpath(root);
  const named = resolve(realRoot, path);
  try {
    const { directory, complete } = await nearestDirectory(dirname(named));
    if (directory !== realRoot && !directory.startsWith(withSeparator(realRoot))) {
      return refused('the path leads out of the root');
    }
    if (!complete) return { outcome: 'missing' };
    const file = join(directory, basename(named));
    if ((await lstat(file)).isDirectory()) return refused('the path names a directory');
    await unlink(file);
    return { outcome: 'deleted' };
  } catch (error) {
    switch (errorCode(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return { outcome: 'missing' };
      case 'ELOOP':
        return refused('the path runs in circles');
      case 'ENAMETOOLONG':
        return refused('the path is too long for a file');
      default:
        throw error;
    }
  }
}

/** The real path of a directory or, if it does not exist, of the nearest one above it that does. */
async function nearestDirectory(path: string): Promise<{ directory: string; complete: boolean }> {
  let complete = true;
  for (let at = path; ; at = dirname(at)) {
    try {
      return { directory: await realpath(at), complete };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
      complete = false;
    }
  }
}

/** `/` is a root of its own. */
const withSeparator = (directory: string) => (directory.endsWith(sep) ? directory : directory + sep);

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
