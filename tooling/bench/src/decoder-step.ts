import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('./decoder-step-child.ts', import.meta.url));

/**
 * Prints how many times faster a decoder training step runs on the WASM backend with our kernels than on the stock backend with the
 * gradient of gather alone: medians of processes that take turns, because the machine may be busy with other work.
 */
export function benchDecoderStep(print: (line: string) => void): void {
  for (const size of ['small', 'large']) {
    const rounds = [0, 1, 2].map(() => ({ ours: runSide('ours', size), stock: runSide('stock', size) }));
    const [ours, stock] = [median(rounds.map((round) => round.ours)), median(rounds.map((round) => round.stock))];
    const ratio = (stock.milliseconds / ours.milliseconds).toFixed(1);
    const times = `${ours.milliseconds.toFixed(0)} ms against ${stock.milliseconds.toFixed(0)} ms`;
    print(`decoder step, ${size}, 1024 tokens: ${ratio} x stock (${times}; losses ${ours.loss} and ${stock.loss})`);
  }
}

interface Step {
  readonly milliseconds: number;
  readonly loss: number;
}

function runSide(side: string, size: string): Step {
  const argv = [...process.execArgv, child, side, size];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`decoder-step-child ${side} ${size} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Step;
}

function median(steps: readonly Step[]): Step {
  return [...steps].sort((a, b) => a.milliseconds - b.milliseconds)[steps.length >> 1]!;
}
