import { Gait } from '../../src/collector/gait.js';
import type { Executors, LeaseEvent } from '../../src/index.js';
import { Attempts } from '../../src/collector/attempts.js';
import { Breakers } from '../../src/collector/breakers.js';
import { PassedOver } from '../../src/collector/passed-over.js';
import { Settler } from '../../src/collector/settler.js';
import { Slots } from '../../src/collector/slots.js';
import { ManualClock, seededRandom } from '../../src/testing/index.js';
import { ScriptedStore } from './scripted-store.js';

/** What attempts are made of, within reach of a test. Claims last 40 s; there are 64 slots, 16 per endpoint. */
export class AttemptsFixture {
  readonly clock = new ManualClock();
  readonly scripted = new ScriptedStore();
  readonly slots = new Slots(64, 16);
  readonly passedOver = new PassedOver(this.clock);
  readonly events: LeaseEvent[] = [];
  readonly breakers = new Breakers({
    clock: this.clock,
    random: seededRandom(2),
    tell: (event) => this.events.push(event),
    maxConcurrent: 64,
  });
  freed = 0;

  with(executors: Executors): Attempts {
    const { clock, slots, passedOver, breakers } = this;
    const tell = (event: LeaseEvent) => this.events.push(event);
    return new Attempts({
      executors,
      settler: new Settler({ store: this.scripted.store, clock, tell, gait: new Gait(clock) }),
      slots,
      passedOver,
      breakers,
      clock,
      random: seededRandom(1),
      claimMs: 40_000,
      tell,
      freed: () => this.freed++,
    });
  }

  get ended() {
    return this.events.flatMap((event) => (event.type === 'attempt-ended' ? [event] : []));
  }
}
