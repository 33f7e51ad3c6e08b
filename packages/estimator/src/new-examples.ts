import { type Example, OUT_OF_DISTRIBUTION, SdmError } from '@sdmjs/core';

export interface NewExampleRules {
  /** The caller, for messages. */
  readonly where: string;
  readonly classCount: number;
  /** Whether −99, a row of no class, is allowed beside the classes. @default false */
  readonly allowsNoClass?: boolean | undefined;
  /** Ids that no example may have. */
  readonly takenIds: readonly string[];
  /** What has those ids and what to do, for messages: "a support row; …". */
  readonly taken: string;
}

/**
 * Ids and labels as they were given, before anything cuts a label to an integer. Throws `bad-format` for an empty id, `duplicate-id` for one
 * that is taken or occurs twice (under Unicode NFC), or `label-out-of-range`.
 */
export function requireNewExamples(examples: readonly Example[], rules: NewExampleRules): void {
  const { where, classCount, allowsNoClass = false, takenIds, taken } = rules;
  const takenKeys = new Set(takenIds.map((id) => id.normalize('NFC')));
  const seen = new Set<string>();
  examples.forEach(({ id, label }, i) => {
    if (typeof id !== 'string' || id === '') {
      throw new SdmError('bad-format', `${where}: row ${i} has an empty id; give each row a text of its own`);
    }
    const key = id.normalize('NFC');
    if (takenKeys.has(key)) throw new SdmError('duplicate-id', `${where}: row ${i} ("${id}") is ${taken}`);
    if (seen.has(key)) {
      throw new SdmError('duplicate-id', `${where}: id "${id}" of row ${i} occurs before; give each row once`);
    }
    seen.add(key);
    if (Number.isInteger(label) && label >= 0 && label < classCount) return;
    if (allowsNoClass && label === OUT_OF_DISTRIBUTION) return;
    const orNone = allowsNoClass ? `, or ${OUT_OF_DISTRIBUTION} for a row of no class` : '';
    throw new SdmError(
      'label-out-of-range',
      `${where}: row ${i} ("${id}") has label ${label}; wanted 0 … ${classCount - 1}${orNone}`,
    );
  });
}
