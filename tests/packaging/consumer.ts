import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../../scripts/run.mjs';
import { root } from '../../scripts/workspace.mjs';

/** An empty project outside of the repository that installs our tarballs the way a user would. */
export class Consumer {
  private constructor(readonly dir: string) {}

  /** @param tarballs absolute paths; everything else that they need comes from the registry */
  static async install(tarballs: readonly string[]): Promise<Consumer> {
    const dir = await mkdtemp(join(tmpdir(), 'lease-consumer-'));
    await writeFile(join(dir, 'package.json'), JSON.stringify({ private: true }));
    const consumer = new Consumer(dir);
    await consumer.must('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs);
    return consumer;
  }

  /** Runs a program that is written into the project, and answers what it printed, parsed as JSON. */
  async runs(name: string, source: string): Promise<unknown> {
    await writeFile(join(this.dir, name), source);
    return JSON.parse(await this.must('node', name));
  }

  /**
   * Checks TypeScript files, and with them the declarations of all packages that they import.
   * @param files name to source; `.mts` is checked as ESM, `.cts` as CommonJS
   */
  async typeErrors(files: Readonly<Record<string, string>>): Promise<string[]> {
    const names = Object.keys(files);
    await Promise.all(names.map((name) => writeFile(join(this.dir, name), files[name] ?? '')));
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
    const language = ['--target', 'es2022', '--lib', 'es2023', '--module', 'nodenext'];
    const checks = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--pretty', 'false'];
    const { output } = await run('tsc', [...checks, ...language, ...types, ...names], { cwd: this.dir });
    return output.split('\n').filter((line) => line !== '');
  }

  /**
   * Starts one of the installed executables through npx and stops it again.
   * @returns the first line on its stdout
   */
  async firstLine(executable: string, ...args: string[]): Promise<string> {
    const child = spawn('npx', ['--no-install', executable, ...args], {
      cwd: this.dir,
      // A group of its own, so that the signal below reaches what npx started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const closed = once(child, 'close');
    try {
      for await (const line of createInterface({ input: child.stdout })) return line;
      throw new Error(`${executable} ended without a line on stdout:\n${errors}`);
    } finally {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      await closed;
    }
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  private async must(command: string, ...args: string[]): Promise<string> {
    const { ok, output } = await run(command, args, { cwd: this.dir });
    if (!ok) throw new Error(`${command} ${args.join(' ')} failed in a project of our tarballs:\n${output}`);
    return output;
  }
}
