import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a mutant may touch, and what its scratch copy therefore holds. */
const SOURCES = ['packages/core/src', 'packages/storage-memory/src'] as const;

/** A bug that somebody could plant, as a patch to the sources. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong. */
  readonly bug: string;
  /** The names of the laws that it breaks, each of which has to notice. */
  readonly breaks: readonly string[];
  readonly patch: string;
}

/** Every mutant of this directory. A patch begins with the bug, and a line `Breaks: <name of a law>` for each law. */
export function readMutants(): readonly Mutant[] {
  return readdirSync(here)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const patch = join(here, file);
      const [bug = '', ...lines] = readFileSync(patch, 'utf8').split('\n');
      const breaks = lines.filter((line) => line.startsWith('Breaks: ')).map((line) => line.slice(8));
      return { name: file.slice(0, -'.patch'.length), bug, breaks, patch };
    });
}

/** A copy of the sources that can be spoiled. */
export class ScratchCopy {
  readonly #dir = mkdtempSync(join(tmpdir(), 'lease-mutant-'));

  /** Copies the sources and applies the patch, which throws if it no longer fits them. */
  constructor(patch?: string) {
    for (const source of SOURCES) cpSync(join(root, source), join(this.#dir, source), { recursive: true });
    symlinkSync(join(root, 'packages/core/node_modules'), join(this.#dir, 'packages/core/node_modules'));
    // Not as a part of any repository: there, git passes over files that it does not know.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(this.#dir) };
    if (patch !== undefined) execFileSync('git', ['apply', patch], { cwd: this.#dir, env, stdio: 'pipe' });
    this.#keepToItself();
  }

  /** The copy of a module, e.g. `packages/storage-memory/src/index.ts`. */
  import(module: string): Promise<unknown> {
    return import(/* @vite-ignore */ join(this.#dir, module));
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** The copies import each other, where the originals name packages. */
  #keepToItself(): void {
    const [core, memory] = SOURCES;
    const dir = join(this.#dir, memory);
    const toCore = relative(dir, join(this.#dir, core));
    for (const file of readdirSync(dir)) {
      const text = readFileSync(join(dir, file), 'utf8');
      const local = text
        .replaceAll("'@lease/core'", `'${toCore}/index.js'`)
        .replaceAll("'@lease/core/serial-store'", `'${toCore}/serial-store/index.js'`);
      if (local !== text) writeFileSync(join(dir, file), local);
    }
  }
}
