import { readdirSync } from 'node:fs';
import type { Timeline } from './timeline.js';

/** How often we look. What comes and goes in between is not seen. */
const LOOK_EVERY_MS = 20;

/** Watches the directory of the workers' files and tells of each that appears or goes. */
export class Directory {
  readonly path: string;
  readonly #timeline: Timeline;
  readonly #timer: NodeJS.Timeout;
  #files: ReadonlySet<string> = new Set();
  /** When a file was first missed, in elapsed seconds. */
  readonly #gone = new Map<string, number>();

  constructor(path: string, timeline: Timeline) {
    this.path = path;
    this.#timeline = timeline;
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS);
  }

  /** What is there now. */
  get files(): readonly string[] {
    this.#look();
    return [...this.#files].sort();
  }

  has(file: string): boolean {
    return this.files.includes(file);
  }

  /** When a file that was there went, in elapsed seconds. */
  goneAt(file: string): number | undefined {
    return this.#gone.get(file);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = new Set(readdirSync(this.path));
    for (const file of now) if (!this.#files.has(file)) this.#timeline.tell('files', `+ ${file}`);
    for (const file of this.#files) {
      if (now.has(file)) continue;
      this.#gone.set(file, this.#timeline.elapsedS);
      this.#timeline.tell('files', `- ${file}`);
    }
    this.#files = now;
  }
}
