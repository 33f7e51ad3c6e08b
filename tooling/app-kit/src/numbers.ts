import { InvalidArgumentError } from 'commander';

/** A whole number below 2^31 as it was typed. Throws commander's `InvalidArgumentError`, as the others do. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 31) throw new InvalidArgumentError('Wanted a whole number below 2^31.');
  return value;
}

/** `0`, `0,2` or `0-4`, each number once. */
export function wholeNumbers(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last = first, ...more] = part.split('-').map((end) => wholeNumber(end.trim()));
    if (first === undefined || last === undefined || more.length > 0 || last < first || last - first > 999) {
      throw new InvalidArgumentError('Wanted numbers such as 0,2 or a range such as 0-4.');
    }
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers];
}

/** A number between .5 and 1, both left out. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0.5 && value < 1)) throw new InvalidArgumentError('Wanted a number between .5 and 1.');
  return value;
}
