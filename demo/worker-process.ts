import { fileURLToPath } from 'node:url';
import { Child } from '../tests/helpers/child.js';
import type { Timeline } from './timeline.js';
import type { Command, Report } from './worker-commands.js';

const script = fileURLToPath(new URL('worker.ts', import.meta.url));

const SAYS: Readonly<Record<Command['do'], string>> = {
  hold: 'holds',
  release: 'releases',
  keep: 'releases and keeps',
};

/** A worker, seen from outside: a process of its own that can be told things and be killed. */
export class Worker {
  readonly name: string;
  readonly child: Child;
  readonly #timeline: Timeline;
  /** The leases that it ever took, by file. */
  readonly leases = new Map<string, string>();
  /** The states that its holds went through on their own, by file. */
  readonly states = new Map<string, string[]>();

  private constructor(name: string, child: Child, timeline: Timeline) {
    this.name = name;
    this.child = child;
    this.#timeline = timeline;
    child.onLine((line) => {
      this.#hear(JSON.parse(line) as Report);
    });
  }

  static async start(
    name: string,
    address: string,
    endpoint: string,
    root: string,
    timeline: Timeline,
  ): Promise<Worker> {
    const child = new Child({
      name,
      args: ['--import', import.meta.resolve('tsx'), script, name, address, endpoint, root],
    });
    const worker = new Worker(name, child, timeline);
    await child.ready();
    timeline.tell(name, `starts, pid ${child.pid ?? 0}`);
    return worker;
  }

  /** Resolves when the worker has taken the lease and written the file. */
  async hold(...files: readonly string[]): Promise<void> {
    for (const file of files) await this.#ask({ do: 'hold', file });
  }

  async release(file: string): Promise<void> {
    await this.#ask({ do: 'release', file });
  }

  async keep(file: string): Promise<void> {
    await this.#ask({ do: 'keep', file });
  }

  async kill(): Promise<void> {
    this.#timeline.tell('kill -9', this.name);
    await this.child.kill('SIGKILL');
  }

  #ask(command: Command): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const stop = this.child.onLine((line) => {
        const report = JSON.parse(line) as Report;
        if (report.file !== command.file || 'state' in report) return;
        stop();
        if ('failed' in report)
          reject(new Error(`${this.name} could not ${report.failed} ${report.file}: ${report.error}`));
        else resolve();
      });
      void this.child.exit.then(() => {
        reject(new Error(`${this.name} ended\n${this.child.output}`));
      });
    });
    this.child.say(JSON.stringify(command));
    return done;
  }

  #hear(report: Report): void {
    if ('did' in report) {
      if (report.did === 'hold') this.leases.set(report.file, report.leaseId);
      this.#timeline.tell(
        this.name,
        `${SAYS[report.did]} ${report.file} (lease ${report.leaseId.slice(0, 8)})`,
      );
    } else if ('state' in report) {
      this.states.set(report.file, [...(this.states.get(report.file) ?? []), report.state]);
      this.#timeline.tell(this.name, `${report.file} is ${report.state}`);
    }
  }
}
