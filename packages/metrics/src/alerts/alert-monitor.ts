import type { Clock } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';
import type { ReadSamples } from '../samples.js';
import type { AlertReport, Notify } from './alert.js';
import { AlertEngine } from './alert-engine.js';
import type { AlertRule } from './rule.js';

const EVERY_MS = 1_000;

/** The store is asked at every third look: it is not ours alone. */
const LOOKS_PER_READING = 3;

export interface AlertMonitorOptions {
  readonly rules: readonly AlertRule[];
  readonly samples: ReadSamples;
  /** Takes new figures from the store. Must not reject. */
  readonly readStore: () => Promise<void>;
  readonly notify: Notify;
  /** What fires is a metric, too. */
  readonly registry: Registry;
  readonly clock: Clock;
}

/** Which alerts fire, by severity. */
export interface AlertSummary {
  readonly critical: readonly string[];
  readonly warning: readonly string[];
}

/** Looks at the rules every second, from {@link start} until {@link stop}. */
export class AlertMonitor {
  readonly #engine: AlertEngine;
  readonly #readStore: () => Promise<void>;
  readonly #clock: Clock;
  #looks = 0;
  #on = false;
  #cancel: () => void = () => undefined;

  constructor({ registry, readStore, ...options }: AlertMonitorOptions) {
    this.#readStore = readStore;
    this.#clock = options.clock;
    const engine = new AlertEngine(options);
    this.#engine = engine;
    new Gauge({
      name: 'lease_alert_firing',
      help: 'Whether the alert fires in this process.',
      labelNames: ['alert'],
      registers: [registry],
      collect() {
        for (const { name, state } of engine.report()) this.set({ alert: name }, state === 'firing' ? 1 : 0);
      },
    });
  }

  start(): void {
    this.#on = true;
    void this.#look();
  }

  stop(): void {
    this.#on = false;
    this.#cancel();
  }

  /** All alerts, those that fire first. */
  report(): readonly AlertReport[] {
    return this.#engine.report();
  }

  summary(): AlertSummary {
    const firing = this.report().filter(({ state }) => state === 'firing');
    const names = (wanted: AlertReport['severity']) =>
      firing.filter(({ severity }) => severity === wanted).map(({ name }) => name);
    return { critical: names('critical'), warning: names('warning') };
  }

  async #look(): Promise<void> {
    // A store that hangs holds up no other alert.
    const reading = this.#looks % LOOKS_PER_READING === 0 ? this.#readStore() : undefined;
    // Before there is any, the store would seem to be away.
    if (this.#looks === 0) await reading;
    this.#looks += 1;
    await this.#engine.evaluate();
    if (this.#on) this.#cancel = this.#clock.schedule(EVERY_MS, () => void this.#look());
  }
}
