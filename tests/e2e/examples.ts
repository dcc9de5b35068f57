import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../helpers/index.js';
import { execute } from './execute.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** The code of README.md below `<!-- example: NAME -->`, with each of the texts replaced. */
export function readExample(name: string, replacements: Readonly<Record<string, string>>): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, code] = new RegExp(`<!-- example: ${name} -->\\s+\`\`\`ts\\n([^]*?)\`\`\``).exec(readme) ?? [];
  if (code === undefined) throw new Error(`README.md has no example ${name}`);
  return Object.entries(replacements).reduce((text, [from, to]) => {
    // An example that was changed must not run against what it names.
    if (!text.includes(from)) throw new Error(`the example ${name} does not contain ${from}`);
    return text.replaceAll(from, to);
  }, code);
}

/** Checks the types as strictly as a user may, and compiles. Resolves to the directory of `NAME.js`. */
export async function compile(sources: Readonly<Record<string, string>>): Promise<string> {
  const directory = temporaryDirectory();
  const write = (file: string, text: string) => {
    writeFileSync(join(directory, file), text);
  };
  write('package.json', JSON.stringify({ type: 'module' }));
  // As if the packages had been installed here.
  symlinkSync(join(root, 'tests', 'node_modules'), join(directory, 'node_modules'));
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2023'], skipLibCheck: true, strict: true },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], rootDir: '.' },
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  for (const [name, source] of Object.entries(sources)) write(`${name}.ts`, source);
  const { code, stdout } = await execute([tsc, '-p', directory]);
  if (code !== 0) throw new Error(`an example of README.md does not compile:\n${stdout}`);
  return directory;
}
