import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

/** How one process went. */
export interface TrainingRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last that its events told. */
  readonly stage: string;
  readonly seconds: number;
  /** From the event that the model is being saved to the end. */
  readonly savingSeconds: number;
  readonly stderr: string;
}

/** Runs `sdm` with these words in a process of its own, killed (SIGKILL) so many seconds after its start, or after a stage began. */
export async function runTraining(
  words: readonly string[],
  kill?: { readonly stage?: string; readonly seconds: number },
): Promise<TrainingRun> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    timer = setTimeout(() => child.kill('SIGKILL'), 1000 * kill!.seconds);
  };
  if (kill && kill.stage === undefined) arm();
  let stage = 'starting';
  let savingAt = Number.NaN;
  let rest = '';
  child.stdout.on('data', (piece: Buffer) => {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const next = stageAfter(line) ?? stage;
      if (next === stage) continue;
      stage = next;
      if (stage === 'saving the model') savingAt = seconds();
      if (kill && stage === kill.stage) arm();
    }
  });
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  return { exitCode, signal, stage, seconds: seconds(), savingSeconds: seconds() - savingAt, stderr };
}

/** The stage that an event begins. */
function stageAfter(line: string): string | undefined {
  const event = JSON.parse(line) as { event: string; stage?: string; epoch?: number };
  if (event.event === 'result') return 'after the save';
  if (event.event === 'epoch') return `after epoch ${event.epoch}`;
  if (event.event !== 'stage') return undefined;
  return { reading: 'reading rows', training: 'before the end of epoch 1', saving: 'saving the model' }[
    event.stage ?? ''
  ];
}
