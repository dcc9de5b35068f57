import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../scripts/run.mjs';
import { readJson } from '../../scripts/workspace.mjs';
import { leaseServer } from '../e2e/execute.js';
import { startChild } from '../helpers/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const deploy = (file: string) => readFileSync(join(root, 'deploy', file), 'utf8');

describe('the Dockerfile', () => {
  const text = deploy('Dockerfile');
  const image = DockerfileParser.parse(text);
  const argumentsOf = (keyword: string) =>
    image
      .getInstructions()
      .filter((instruction) => instruction.getKeyword() === keyword)
      .map((instruction) => instruction.getArgumentsContent() ?? '');

  it('has nothing that a linter objects to', () => {
    expect(
      validate(text).map(
        ({ message, range }) =>
          `${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
      ),
    ).toEqual([]);
  });

  it('leaves the tools behind, runs as nobody special, and says how it is', () => {
    expect(image.getFROMs().map((from) => from.getBuildStage())).toEqual(['build', null]);
    expect(argumentsOf('USER')).toEqual(['node']);
    expect(argumentsOf('HEALTHCHECK')).toHaveLength(1);
    expect(argumentsOf('STOPSIGNAL')).toEqual(['SIGTERM']);
    const manifest = readJson(join(root, 'package.json')) as { packageManager: string };
    expect(text, 'the pnpm of the repository').toContain(`npx -y ${manifest.packageManager} install`);
  });

  describe('builds a directory', () => {
    let app = '';
    afterAll(() => rm(app, { recursive: true, force: true }));

    it('from which the server runs, and its health check says so', async () => {
      app = await mkdtemp(join(tmpdir(), 'lease-image-'));
      const [command] =
        /pnpm (--filter @lease\/server deploy --prod --legacy) \/app/.exec(text)?.slice(1) ?? [];
      expect(command).toBeDefined();
      const { ok, output } = await run('pnpm', [...(command ?? '').split(' '), app]);
      expect(ok, output).toBe(true);

      const [main = ''] = /"\/app\/(.*?)"/.exec(argumentsOf('ENTRYPOINT')[0] ?? '')?.slice(1) ?? [];
      await using server = {
        child: startChild({
          name: 'lease-server',
          args: [
            ...[join(app, main), 'serve', '--data-dir', join(app, 'data')],
            ...['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'],
          ],
        }),
        async [Symbol.asyncDispose]() {
          await this.child.kill('SIGTERM');
        },
      };
      const { http } = await server.child.ready();
      const [, check] = /CMD (\[.*\])/s.exec(argumentsOf('HEALTHCHECK')[0] ?? '') ?? [];
      const [node, ...args] = JSON.parse(check ?? '[]') as string[];
      expect(node).toBe('node');
      const probe = (address: string) =>
        promisify(execFile)(
          process.execPath,
          args.map((arg) => arg.replace('127.0.0.1:9090', address)),
        );
      await probe(String(http));
      await expect(probe('127.0.0.1:1')).rejects.toMatchObject({ code: 1 });
    });
  });
});

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly stop_grace_period?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

describe('the compose file', () => {
  const { services, volumes, secrets } = parse(deploy('docker-compose.yml'), { merge: true }) as Compose;
  const servers = Object.entries(services).filter(([, { build }]) => build !== undefined);

  it('names nothing that it does not define', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const secret of service.secrets ?? []) expect(secrets, name).toHaveProperty(secret);
      for (const other of namesOf(service.depends_on)) expect(services, name).toHaveProperty(other);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(root, 'deploy', source)), volume).toBe(true);
        else expect(volumes, name).toHaveProperty(source);
      }
      if (service.build) {
        const context = join(root, 'deploy', service.build.context);
        expect(existsSync(join(context, service.build.dockerfile)), name).toBe(true);
      }
    }
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
    for (const { file } of Object.values(secrets)) expect(ignored).toContain(join('deploy', file));
  });

  it('opens no port to other machines, and pins every image', () => {
    for (const { ports = [], image } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      if (image !== undefined) expect(image).toMatch(/:v?\d/);
    }
  });

  it('configures two servers by settings that there are, and gives them the time to drain', async () => {
    expect(servers).toHaveLength(2);
    const [serve, list] = await Promise.all([
      leaseServer(['serve', '--help']),
      leaseServer(['cleanups', 'list', '--help']),
    ]);
    // Without the breaks between its lines.
    const help = `${serve.stdout}${list.stdout}`.replace(/\s+/g, ' ');
    for (const [, { environment = {}, stop_grace_period }] of servers) {
      for (const variable of Object.keys(environment)) {
        if (variable.startsWith('LEASE_')) expect(help).toContain(`env ${variable})`);
      }
      expect(parseInt(stop_grace_period ?? '', 10)).toBeGreaterThan(25);
    }
  });

  it('lets operators at CleanupAdminService from within a container, and nobody else', () => {
    for (const [name, { environment = {} }] of servers) {
      expect(environment['LEASE_ADMIN_LISTEN'], name).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(environment['LEASE_ADDRESS'], name).toBe(environment['LEASE_ADMIN_LISTEN']);
    }
  });

  it('has Prometheus scrape every server', () => {
    const config = parse(deploy('prometheus/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const targets = config.scrape_configs.flatMap((job) =>
      job.static_configs.flatMap((each) => each.targets),
    );
    expect(targets.sort()).toEqual(servers.map(([name]) => `${name}:9090`).sort());
  });
});

function namesOf(names: Service['depends_on']): readonly string[] {
  return Array.isArray(names) ? (names as readonly string[]) : Object.keys(names ?? {});
}
