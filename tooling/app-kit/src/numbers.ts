/** A whole number below 2^31 as it was typed; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value < 2 ** 31 ? value : undefined;
}

/** `0`, `0,2` or `0-4`, each number once; undefined for anything else. */
export function wholeNumbers(text: string): number[] | undefined {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last = first, ...more] = part.split('-').map((end) => wholeNumber(end.trim()));
    if (first === undefined || last === undefined || more.length > 0 || last < first || last - first > 999)
      return undefined;
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers];
}
