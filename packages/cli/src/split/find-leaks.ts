import { rowOf } from '@sdmjs/core';
import type { Rows } from '@sdmjs/interchange';

/** Rows of one part, as far as a leak can show in them. */
export interface PartRows {
  readonly name: string;
  readonly ids: readonly string[];
  /** Equal for rows of equal features; undefined for a row that has none. */
  readonly featureKeys: readonly (string | undefined)[];
  readonly documents: readonly (string | undefined)[];
  readonly groups: readonly (string | undefined)[];
}

/** What occurs in more than one part. */
export interface Leak {
  readonly kind: 'id' | 'text' | 'features' | 'group';
  /** How many different ids, texts, features or groups do. */
  readonly count: number;
  /** The first of them, as rows of two parts. */
  readonly example: string;
}

/** Looks for ids, texts (in NFC, without outer and repeated white space, in lower case), features and groups that more than one part has. */
export function findLeaks(parts: readonly PartRows[]): Leak[] {
  const finders: Readonly<Record<Leak['kind'], (part: PartRows, row: number) => string | undefined>> = {
    id: ({ ids }, row) => ids[row],
    text: ({ documents }, row) => normalizeText(documents[row]),
    features: ({ featureKeys }, row) => featureKeys[row],
    group: ({ groups }, row) => groups[row],
  };
  const kinds: readonly Leak['kind'][] = ['id', 'text', 'features', 'group'];
  return kinds.map((kind) => findLeak(parts, kind, finders[kind])).filter((leak) => leak !== undefined);
}

function findLeak(
  parts: readonly PartRows[],
  kind: Leak['kind'],
  keyOf: (part: PartRows, row: number) => string | undefined,
): Leak | undefined {
  const first = new Map<string, { part: PartRows; row: number }>();
  const leaking = new Set<string>();
  let example = '';
  for (const part of parts) {
    part.ids.forEach((id, row) => {
      const key = keyOf(part, row);
      if (key === undefined) return;
      const before = first.get(key);
      if (before === undefined) first.set(key, { part, row });
      else if (before.part !== part && !leaking.has(key)) {
        leaking.add(key);
        example ||= `"${before.part.ids[before.row]}" of ${before.part.name} and "${id}" of ${part.name}`;
      }
    });
  }
  return leaking.size === 0 ? undefined : { kind, count: leaking.size, example };
}

/** The same text for texts that differ in nothing but white space, case and Unicode form; undefined for none. */
export function normalizeText(text: string | undefined): string | undefined {
  const line = text?.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
  return line === '' ? undefined : line;
}

/** The bits of a row's features in few characters: three hashes of 32 bits. Undefined for a row that has none. */
export function featureKey({ features, featureRows }: Pick<Rows, 'features' | 'featureRows'>, row: number) {
  const place = featureRows?.[row] ?? row;
  if (place < 0) return undefined;
  const values = rowOf(features, place);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const hashes = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b];
  for (const word of bits) {
    const plain = word === 0x80000000 ? 0 : word; // −0 is 0
    for (let i = 0; i < 3; i++) {
      const mixed = Math.imul(hashes[i]! ^ plain, 0x01000193 + 2 * i * 0x1000);
      hashes[i] = (mixed ^ (mixed >>> 15)) >>> 0;
    }
  }
  return hashes.join(' ');
}
