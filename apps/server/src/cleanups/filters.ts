import type { AbandonedCleanups, AbandonReason } from '@lease/client';
import { type Command, Option } from 'commander';
import { choiceArgument, spelled } from './arguments.js';

const REASONS: readonly AbandonReason[] = [
  'ATTEMPTS_EXHAUSTED',
  'ENDPOINT_NOT_FOUND',
  'TERMINAL_ANSWER',
  'TARGET_FORBIDDEN',
  'CLAIM_LOST',
];

export interface FilterFlags {
  readonly service?: string;
  readonly type?: string;
  readonly endpoint?: string;
  readonly reason?: AbandonReason;
}

export function addFilterOptions(command: Command): Command {
  return command
    .option('--service <id>', 'those that this service owns')
    .option('--type <type>', 'those of objects of this type')
    .option('--endpoint <endpoint>', 'those with this endpoint, e.g. http://10.0.0.7:8080')
    .addOption(
      new Option(
        '--reason <reason>',
        `those abandoned for this reason: ${REASONS.map(spelled).join(', ')}`,
      ).argParser(choiceArgument(REASONS)),
    );
}

export function filterOf({ service, type, endpoint, reason }: FilterFlags): AbandonedCleanups {
  return {
    ...(service !== undefined && { serviceId: service }),
    ...(type !== undefined && { objectType: type }),
    ...(endpoint !== undefined && { endpoint }),
    ...(reason !== undefined && { abandonReason: reason }),
  };
}
