import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack } from '../../scripts/pack.mjs';
import { specifiers, workspace } from '../../scripts/workspace.mjs';
import { Consumer } from './consumer.js';

let packed: string;
let tarballs: Awaited<ReturnType<typeof pack>>;

beforeAll(async () => {
  packed = await mkdtemp(join(tmpdir(), 'lease-tarballs-'));
  tarballs = await pack(packed);
});
afterAll(async () => {
  await rm(packed, { recursive: true, force: true });
  for (const consumer of await Promise.all(consumers.values())) await consumer.remove();
});

const everything = workspace().map(({ name }) => name);

/** One project for each choice of packages: to install one takes seconds. */
const consumers = new Map<string, Promise<Consumer>>();

function consumerOf(installed: readonly string[]): Promise<Consumer> {
  const key = installed.join(' ');
  const chosen = tarballs.filter(({ name }) => installed.includes(name));
  const consumer = consumers.get(key) ?? Consumer.install(chosen.map(({ tarball }) => tarball));
  consumers.set(key, consumer);
  return consumer;
}

describe.each([
  { project: 'the client alone', installed: ['@lease/client', '@lease/protocol'] },
  { project: 'the core with the memory store', installed: ['@lease/core', '@lease/storage-memory'] },
  { project: 'everything together', installed: everything },
])('a project of $project', ({ installed }) => {
  let consumer: Consumer;
  let modules: string[];

  beforeAll(async () => {
    consumer = await consumerOf(installed);
    const chosen = tarballs.filter(({ name }) => installed.includes(name));
    modules = specifiers()
      .map(({ specifier }) => specifier)
      .filter((specifier) => chosen.some(({ name }) => `${specifier}/`.startsWith(`${name}/`)));
  });

  test('runs from ESM and from CommonJS, which export the same names', async () => {
    const esm = await consumer.runs('names.mjs', each(modules, imported) + names(modules));
    const cjs = await consumer.runs('names.cjs', each(modules, required) + names(modules));

    expect(Object.keys(esm as object)).toEqual(modules);
    expect(Object.values(esm as object)).not.toContainEqual([]);
    expect(cjs).toEqual(esm);
  });

  test('type-checks as ESM and as CommonJS, but not with a name that nothing exports', async () => {
    const wrong = `import { noSuchName } from '${modules[0] ?? ''}';\nexport { noSuchName };\n`;

    const errors = await consumer.typeErrors({
      'types.mts': each(modules, imported) + use(modules),
      'types.cts': each(modules, requiredTyped) + use(modules),
      'wrong.mts': wrong,
    });

    expect(errors).toEqual([expect.stringMatching(/^wrong\.mts.*'noSuchName'/)]);
  });
});

test('the server serves from its tarball through npx', async () => {
  const consumer = await consumerOf(everything);
  const anyPort = ['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
  const line = await consumer.firstLine('lease-server', 'serve', '--storage', 'memory', ...anyPort);

  const address = expect.stringMatching(/127\.0\.0\.1:[1-9]\d*$/) as unknown;
  expect(JSON.parse(line)).toMatchObject({ msg: 'ready', grpc: address, http: address });
}, 120_000);

type Line = (specifier: string, index: number) => string;
const imported: Line = (specifier, index) => `import * as m${index} from '${specifier}';\n`;
const required: Line = (specifier, index) => `const m${index} = require('${specifier}');\n`;
const requiredTyped: Line = (specifier, index) => `import m${index} = require('${specifier}');\n`;

const each = (modules: readonly string[], line: Line) => modules.map(line).join('');

const use = (modules: readonly string[]) =>
  `export const all = [${each(modules, (_, index) => `m${index}, `)}];\n`;

/** Prints an object of each specifier's exported names, without those that stand for the module format itself. */
const names = (modules: readonly string[]) => `
const own = (module) => Object.keys(module).filter((key) => !/^(default|__esModule|module\\.exports)$/.test(key));
console.log(JSON.stringify({ ${each(modules, (specifier, index) => `'${specifier}': own(m${index}).sort(), `)}}));
`;
