import type { Clock } from '@lease/core';
import type { Component, ComponentReport, ShutdownReport, StopOutcome } from './component.js';
import { stopOne } from './stop-one.js';

export interface ShutdownOptions {
  readonly clock: Clock;
  /** Milliseconds for everything. What has not ended by then is left behind. */
  readonly limitMs: number;
  /** Told of each component that has ended or was given up. */
  readonly tell?: (report: ComponentReport) => void;
}

/**
 * Ends the parts of a server in their order, whatever each of them does. Parts register as they come up, so that a start that
 * fails half-way ends in the same way.
 */
export class ShutdownCoordinator {
  readonly #options: ShutdownOptions;
  readonly #components: Component[] = [];
  readonly #hurry = new AbortController();
  readonly #limit = new AbortController();
  #report: Promise<ShutdownReport> | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** Whether {@link shutDown} was called. */
  get begun(): boolean {
    return this.#report !== undefined;
  }

  /** To be ended with the others. Throws once the shutdown has begun: nobody would end it. */
  register(component: Component): void {
    if (this.begun) throw new Error(`${component.name} came up while the server was shutting down`);
    this.#components.push(component);
  }

  /** Ends everything, and says how that went. Never rejects; a second call gets the answer of the first. */
  shutDown(): Promise<ShutdownReport> {
    return (this.#report ??= this.#shutDown());
  }

  /** Somebody does not want to wait: every component is cut short, now or when its turn comes. */
  hurry(): void {
    this.#hurry.abort(new Error('the shutdown was hurried'));
  }

  async #shutDown(): Promise<ShutdownReport> {
    const { clock, limitMs, tell } = this.#options;
    const startMs = clock.monotonicMs();
    const cancel = clock.schedule(limitMs, () => {
      this.#limit.abort(new Error(`the limit of ${limitMs} ms is reached`));
    });
    const components: ComponentReport[] = [];
    const note = (report: ComponentReport) => {
      components.push(report);
      tell?.(report);
    };
    for (const turn of inTurns(this.#components)) {
      await Promise.all(turn.map(async (component) => note(await this.#stop(component))));
    }
    cancel();
    const clean = components.every(({ outcome }) => outcome === 'stopped');
    return { clean, durationMs: clock.monotonicMs() - startMs, components };
  }

  async #stop(component: Component): Promise<ComponentReport> {
    const { clock } = this.#options;
    const { name } = component;
    if (this.#limit.signal.aborted) return { name, outcome: 'not begun', durationMs: 0 };
    const startMs = clock.monotonicMs();
    const ended = (outcome: StopOutcome, error?: unknown): ComponentReport => ({
      ...{ name, outcome, durationMs: Math.round(clock.monotonicMs() - startMs) },
      ...(error !== undefined && { error }),
    });
    try {
      return ended(await stopOne(component, clock, this.#hurry.signal, this.#limit.signal));
    } catch (error) {
      return ended('failed', error);
    }
  }
}

/** By priority; within one in the order of registration. */
function inTurns(components: readonly Component[]): readonly (readonly Component[])[] {
  const turns = new Map<number, Component[]>();
  for (const component of components) {
    const turn = turns.get(component.priority);
    if (turn === undefined) turns.set(component.priority, [component]);
    else turn.push(component);
  }
  return [...turns].sort(([a], [b]) => a - b).map(([, turn]) => turn);
}
