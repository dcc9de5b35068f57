import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  aLease,
  eventually,
  httpCleanup,
  operations,
  RawClient,
  type RunningServer,
  startMock,
  startServer,
  temporaryDirectory,
  unusedPort,
} from '../../helpers/index.js';

const rulesFile = fileURLToPath(new URL('../../../deploy/prometheus/lease-rules.yml', import.meta.url));

const rules = (
  parse(readFileSync(rulesFile, 'utf8')) as {
    groups: readonly { rules: readonly { alert: string; expr: string }[] }[];
  }
).groups.flatMap((group) => group.rules);

/** Whether this machine has the program. */
function installed(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A Prometheus that scrapes the server every second and evaluates the shipped rules as often. */
async function startPrometheus(server: RunningServer) {
  const directory = temporaryDirectory();
  const port = await unusedPort();
  const config = join(directory, 'prometheus.yml');
  // Only how long a server must be away is shortened: the rest of the file is what is shipped.
  const impatient = join(directory, 'rules.yml');
  writeFileSync(impatient, readFileSync(rulesFile, 'utf8').replace('for: 1m', 'for: 1s'));
  const target = new URL(server.http).host;
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${JSON.stringify(impatient)}]
scrape_configs: [{ job_name: lease, static_configs: [{ targets: [${JSON.stringify(target)}] }] }]
`,
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  return {
    async ask(path: string): Promise<unknown> {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
      return ((await response.json()) as { data: unknown }).data;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly state: string;
  readonly lastError?: string;
}

it('every series of the shipped rules is in a scrape', async () => {
  const database = await startServer({ storage: 'postgres' });
  using client = new RawClient(database.grpc);
  await client.call('CreateLease', aLease());
  const { text } = await operations(database, '/metrics');
  const named = rules.flatMap(({ expr }) => expr.match(/\b(lease|process|nodejs)_\w+/g) ?? []);
  expect(named.length).toBeGreaterThan(rules.length);
  for (const series of named) expect(text, series).toMatch(new RegExp(`^${series}(\\{| )`, 'm'));
  const outcomes = rules.flatMap(({ expr }) => expr.match(/outcome=~"[^"]+"/g) ?? []);
  for (const value of outcomes.flatMap((match) => match.slice(10, -1).split('|')))
    expect(text).toContain(`outcome="${value}"`);
  if (installed('promtool')) {
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
  }
});

it('a real Prometheus scrapes a server and evaluates the shipped rules', { timeout: 150_000 }, async () => {
  if (!installed('prometheus')) {
    console.warn(
      'prometheus is not installed (apt-get install prometheus): its rules are parsed, not evaluated',
    );
    for (const { expr } of rules) expect(expr).toMatch(/^[(\w]/);
    return;
  }
  await using mock = await startMock({ script: '400' });
  await using server = await startServer({ storage: 'memory' });
  await using prometheus = await startPrometheus(server);
  const ruleStates = async () => {
    const { groups } = (await prometheus.ask('rules')) as { groups: { rules: RuleState[] }[] };
    return groups.flatMap((group) => group.rules);
  };
  await eventually(
    async () => {
      const states = await ruleStates();
      expect(states.map(({ name }) => name)).toEqual(rules.map(({ alert }) => alert));
      for (const { name, health, lastError } of states)
        expect([name, health, lastError]).toEqual([name, 'ok', undefined]);
      expect(await prometheus.ask('query?query=up')).toMatchObject({
        result: [{ value: [expect.anything(), '1'] }],
      });
    },
    { deadlineMs: 30_000, everyMs: 200 },
  );
  const calm = (await ruleStates()).filter(({ state }) => state !== 'inactive').map(({ name }) => name);
  expect(calm).toEqual([]);

  using client = new RawClient(server.grpc);
  const lease = aLease({ cleanup: httpCleanup(mock) });
  await client.call('CreateLease', lease);
  await client.call('ReleaseLease', lease);
  const until = async (alert: string, state: string) =>
    eventually(
      async () => {
        const found = (await ruleStates()).find(({ name }) => name === alert);
        expect(found).toMatchObject({ health: 'ok', state });
      },
      { deadlineMs: 30_000, everyMs: 200 },
    );
  await until('LeaseCleanupsAbandoned', 'firing');
  await client.call('CreateLease', { ...aLease(), object: lease.object });
  await until('LeaseCleanupsAbandoned', 'inactive');

  await server.kill();
  await until('LeaseServerDown', 'firing');
  await server.restart();
  await until('LeaseServerDown', 'inactive');
});
