import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../scripts/workspace.mjs';

/** The patch no longer fits the sources. */
export class StalePatch extends Error {
  override readonly name = 'StalePatch';
}

/** What the patch makes of the files that it touches, each under its absolute path. */
export function spoil(patch: string): ReadonlyMap<string, string> {
  const touched = [...readFileSync(patch, 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm)].map(
    ([, file]) => file ?? '',
  );
  using copy = new ScratchCopy();
  copy.take(touched);
  copy.apply(patch);
  return new Map(touched.map((file) => [join(root, file), copy.read(file)]));
}

/** A copy of some sources that can be spoiled. */
export class ScratchCopy implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'lease-mutant-'));

  /** Copies files or directories, named as in the repository. */
  take(sources: readonly string[]): void {
    for (const source of sources) {
      if (!existsSync(join(root, source))) continue;
      mkdirSync(dirname(join(this.#dir, source)), { recursive: true });
      cpSync(join(root, source), join(this.#dir, source), { recursive: true });
    }
  }

  /** Lets the copy of a package find what the package depends on. */
  link(modules: string): void {
    symlinkSync(join(root, modules), join(this.#dir, modules));
  }

  /** @throws StalePatch */
  apply(patch: string): void {
    // Not as a part of any repository: there, git passes over files that it does not know.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(this.#dir) };
    try {
      execFileSync('git', ['apply', patch], { cwd: this.#dir, env, stdio: 'pipe' });
    } catch (error) {
      const { stderr } = error as { readonly stderr?: Buffer };
      throw new StalePatch(`${patch} no longer applies: ${stderr?.toString().trim() ?? String(error)}`);
    }
  }

  path(file: string): string {
    return join(this.#dir, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
