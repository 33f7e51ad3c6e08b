import type { Terminal } from './terminal.js';

/** What `trainModel` tells, as far as an app shows it. */
type TrainingEvent =
  | { readonly kind: 'epoch'; readonly completedEpochCount: number }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'matching' };

/** `onProgress` of a training: its epochs move a bar, its warnings are noted. */
export function hearTraining(
  terminal: Pick<Terminal, 'note'>,
  onEpoch: (completedEpochCount: number) => void,
): (event: TrainingEvent) => void {
  return (event) => {
    if (event.kind === 'epoch') onEpoch(event.completedEpochCount);
    if (event.kind === 'warning') terminal.note(event.message);
  };
}
