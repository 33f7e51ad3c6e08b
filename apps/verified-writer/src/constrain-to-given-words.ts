import type { GenerationRow } from '@sdmjs/language-model';
import type { TaskTokens } from './task-tokens.js';

/** Lets a row write the words between `<shuf>` and `<ctx>` of its prompt, each once, then `<end>`. */
export function constrainToGivenWords({ context, end }: TaskTokens): (row: GenerationRow) => readonly number[] {
  return ({ prompt, generated }) => {
    const left: number[] = [];
    for (let i = 1; i < prompt.length && prompt[i] !== context; i++) left.push(prompt[i]!);
    for (const token of generated) {
      const place = left.indexOf(token);
      if (place >= 0) left.splice(place, 1);
    }
    if (left.length > 0) return left;
    return generated.includes(end) ? [] : [end];
  };
}
