/** Repeated measurements of one thing: the middle one (of an even number the upper of the two) with the range. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @param values not empty */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, least: sorted[0]!, most: sorted.at(-1)! };
}

/** @param values not empty */
export function medianOf(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** `median unit (least to most)`, of one value without the range; a dash without values. `spell` gives a number, or one with its unit. */
export function spellSpread(values: readonly number[], spell: (value: number) => string): string {
  if (values.length === 0) return '–';
  const { median, least, most } = spreadOf(values);
  if (values.length === 1) return spell(median);
  const told = [median, least, most].map(spell);
  const units = new Set(told.map((text) => text.split(' ')[1]));
  const [from, to] = units.size === 1 ? told.slice(1).map((text) => text.split(' ')[0]) : told.slice(1);
  return `${told[0]} (${from} to ${to})`;
}
