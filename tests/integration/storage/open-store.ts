import type { Subject } from '../../model/run-sequences.js';
import type { LawContext, StoreTime } from '@lease/core/testing';

/** A store that tests can open: fresh each time, on a clock that they hold. */
export interface StoreUnderTest {
  readonly name: string;
  /** Whether its data outlive a restart. */
  readonly durable: boolean;
  readonly open: () => Promise<OpenStore>;
  /** As the model follows it, if that takes more: in the order of the calls, and with the model's numbers. */
  readonly openForModel?: () => Promise<OpenStore>;
}

/** The store as the model follows it. */
export const subjectOf = ({ durable, open, openForModel = open }: StoreUnderTest): Subject => ({
  durable,
  open: openForModel,
});

/** How many sequences at once keep the machine busy: one waits for a database most of the time. */
export const lanesOf = ({ openForModel }: StoreUnderTest): number => (openForModel ? 4 : 1);

/** A store on a clock that the test moves. */
export interface OpenStore extends LawContext {
  readonly time: TestTime;
}

/** Time as a test holds it. */
export interface TestTime extends StoreTime {
  /** What a store that opens now starts at, if it goes by a wall clock. */
  wallMs(): number;
}
