import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What mutants of one kind may touch, and what a scratch copy therefore holds. */
export interface MutantKind {
  /** Where the patches are. */
  readonly patches: string;
  /** Directories of packages. */
  readonly sources: readonly string[];
}

const CORE = 'packages/core/src';

/** Bugs of the state machine, seen through the memory store. */
const MEMORY: MutantKind = {
  patches: fileURLToPath(new URL('.', import.meta.url)),
  sources: [CORE, 'packages/storage-memory/src'],
};

/** Bugs of the adapter for PostgreSQL. */
export const POSTGRES: MutantKind = {
  patches: fileURLToPath(new URL('postgres', import.meta.url)),
  sources: ['packages/storage-postgres/src', 'packages/storage-postgres/migrations'],
};

/** A bug that somebody could plant, as a patch to the sources. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong. */
  readonly bug: string;
  /** The names of the laws that it breaks, each of which has to notice. */
  readonly breaks: readonly string[];
  readonly patch: string;
}

/** Every mutant of a kind. A patch begins with the bug, and a line `Breaks: <name of a law>` for each law. */
export function readMutants({ patches }: MutantKind = MEMORY): readonly Mutant[] {
  return readdirSync(patches)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const patch = join(patches, file);
      const [bug = '', ...lines] = readFileSync(patch, 'utf8').split('\n');
      const breaks = lines.filter((line) => line.startsWith('Breaks: ')).map((line) => line.slice(8));
      return { name: file.slice(0, -'.patch'.length), bug, breaks, patch };
    });
}

/** A copy of the sources that can be spoiled. */
export class ScratchCopy {
  readonly #dir = mkdtempSync(join(tmpdir(), 'lease-mutant-'));

  /** Copies the sources and applies the patch, which throws if it no longer fits them. */
  constructor(patch?: string, { sources }: MutantKind = MEMORY) {
    for (const source of sources) {
      cpSync(join(root, source), join(this.#dir, source), { recursive: true });
      const modules = join(dirname(source), 'node_modules');
      if (existsSync(join(root, modules)) && !existsSync(join(this.#dir, modules)))
        symlinkSync(join(root, modules), join(this.#dir, modules));
    }
    // Not as a part of any repository: there, git passes over files that it does not know.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(this.#dir) };
    if (patch !== undefined) execFileSync('git', ['apply', patch], { cwd: this.#dir, env, stdio: 'pipe' });
    if (sources.includes(CORE)) this.#keepToItself(sources.filter((source) => source !== CORE));
  }

  /** The copy of a module, e.g. `packages/storage-memory/src/index.ts`. */
  import(module: string): Promise<unknown> {
    return import(/* @vite-ignore */ join(this.#dir, module));
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** The copies import the copy of core, where the originals name packages. */
  #keepToItself(sources: readonly string[]): void {
    for (const source of sources) {
      const dir = join(this.#dir, source);
      const toCore = relative(dir, join(this.#dir, CORE));
      for (const file of readdirSync(dir)) {
        const text = readFileSync(join(dir, file), 'utf8');
        const local = text
          .replaceAll("'@lease/core'", `'${toCore}/index.js'`)
          .replaceAll("'@lease/core/serial-store'", `'${toCore}/serial-store/index.js'`);
        if (local !== text) writeFileSync(join(dir, file), local);
      }
    }
  }
}
