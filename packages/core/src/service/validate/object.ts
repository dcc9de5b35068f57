import type { ObjectRef } from '../../lease/object-ref.js';
import { LIMITS } from '../limits.js';
import { echo } from './echo.js';
import { checkText, type TextRule } from './text.js';
import type { Violations } from './violations.js';

const TYPE = new RegExp(`^[a-z0-9][a-z0-9-]{0,${LIMITS.objectTypeChars - 1}}$`);
const ID: TextRule = { minBytes: 1, maxBytes: LIMITS.objectIdBytes, controls: 'none' };

export function checkObject(violations: Violations, object: Partial<ObjectRef> | undefined): ObjectRef {
  return {
    type: checkObjectType(violations, 'object.type', object?.type),
    id: checkObjectId(violations, 'object.id', object?.id),
  };
}

export function checkObjectType(violations: Violations, field: string, type: unknown): string {
  if (typeof type === 'string' && TYPE.test(type)) return type;
  const given = typeof type !== 'string' ? 'missing' : type === '' ? 'empty' : echo(type);
  violations.add(
    field,
    `is ${given}: 1 to ${LIMITS.objectTypeChars} of a-z, 0-9 and "-" are allowed, not beginning with "-"`,
  );
  return '';
}

export function checkObjectId(violations: Violations, field: string, id: unknown): string {
  return checkText(violations, field, id, ID);
}
