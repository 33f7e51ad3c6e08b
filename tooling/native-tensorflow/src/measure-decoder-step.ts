// How many times faster one training step of a decoder is on native TensorFlow than on WebAssembly with our kernels. The two take
// turns in processes of their own, because the machine may be busy with other work: read the ratio, not the times.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type BackendName, chooseBackend } from '@sdmjs/backends';
import { createRandom } from '@sdmjs/core';
import { DECODER_SIZES, timeDecoderSteps } from '@sdmjs/language-model/testing';

interface Step {
  readonly milliseconds: number;
  readonly loss: number;
  readonly description: string;
}

const [side] = process.argv.slice(2);
process.stdout.write(side === undefined ? `${compare()}\n` : `${JSON.stringify(await measure(side as BackendName))}\n`);

function compare(roundCount = 5): string {
  const rounds = Array.from({ length: roundCount }, () => ({ native: runSide('tensorflow'), wasm: runSide('wasm') }));
  const [native, wasm] = [median(rounds.map((round) => round.native)), median(rounds.map((round) => round.wasm))];
  const ratios = rounds.map((round) => round.wasm.milliseconds / round.native.milliseconds).sort((a, b) => a - b);
  return [
    native.description,
    wasm.description,
    `decoder step, width 128, 4 layers, vocabulary 1024, 8 x 128 tokens: ${(wasm.milliseconds / native.milliseconds).toFixed(1)} x WebAssembly`,
    `(medians ${native.milliseconds.toFixed(0)} and ${wasm.milliseconds.toFixed(0)} ms; rounds ${ratios[0]!.toFixed(1)} to ${ratios.at(-1)!.toFixed(1)} x; losses ${native.loss} and ${wasm.loss})`,
  ].join('\n');
}

async function measure(backend: BackendName): Promise<Step> {
  const { describe } = await chooseBackend({ force: backend });
  const { milliseconds, losses } = await timeDecoderSteps({
    config: DECODER_SIZES.large,
    random: createRandom(1),
    stepCount: 10,
  });
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return { milliseconds: sorted[sorted.length >> 1]!, loss: losses.at(-1)!, description: describe() };
}

function runSide(backend: BackendName): Step {
  const argv = [...process.execArgv, fileURLToPath(import.meta.url), backend];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the side "${backend}" ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Step;
}

function median(steps: readonly Step[]): Step {
  return [...steps].sort((a, b) => a.milliseconds - b.milliseconds)[steps.length >> 1]!;
}
